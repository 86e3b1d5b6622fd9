-- One row per (task, measure): the best buy. Ties go to the first of the ranking.
--
-- A candidate that passes something for nothing has more accuracy per dollar than any that costs.
with

frontier_candidates as (

    select * from frontier_candidates

),

frontier as (

    select * from frontier

),

measures as (

    select
        task,
        model,
        rank,
        'accuracy per dollar' as measure,
        case when cost = 0 then 'infinity' else accuracy / cost end as figure
    from frontier_candidates
    where accuracy > 0 and cost is not null

    union all

    select
        frontier.task,
        frontier.model,
        frontier_candidates.rank,
        'value score' as measure,
        frontier.value_score as figure
    from frontier
    inner join frontier_candidates using (task, model)
    where frontier.value_score is not null

),

leaders as (

    select distinct on (task, measure) *
    from measures
    order by task, measure, figure desc, rank

),

final as (

    select
        task,
        measure,
        model,
        case when isfinite(figure) then figure end as figure
    from leaders

)

select * from final
