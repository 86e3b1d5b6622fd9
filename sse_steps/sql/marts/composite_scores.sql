-- One row per (task, model): 100 x the weights of the levels passed / the weights of all levels.
-- A level without examples is not passed.
with

level_metrics as (

    select * from level_metrics

),

levels as (

    select * from levels

),

total as (

    select sum(weight) as weight
    from levels

),

passed as (

    select
        task,
        model,
        coalesce(sum(weight) filter (where is_passed), 0) as weight
    from level_metrics
    group by task, model

),

final as (

    select
        passed.task,
        passed.model,
        100 * passed.weight / total.weight as composite_score
    from passed
    cross join total

)

select * from final
