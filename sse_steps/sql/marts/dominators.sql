-- One row per dominated (task, model): up to ten members of the frontier that dominate it, best first.
--
-- Whoever is dominated by anyone who passes anything is dominated by a member.
with

frontier_candidates as (

    select * from frontier_candidates

),

non_dominated as (

    select * from non_dominated

),

members as (

    select frontier_candidates.*
    from frontier_candidates
    inner join non_dominated using (task, place)
    where accuracy > 0

),

dominated as (

    select frontier_candidates.*
    from frontier_candidates
    anti join non_dominated using (task, place)

),

final as (

    select
        dominated.task,
        dominated.model,
        min_by(members.model, members.rank, 10) as dominated_by
    from dominated
    inner join members
        on
            members.task = dominated.task
            and members.place < dominated.place
            and members.comparable_cost <= dominated.comparable_cost
            and members.comparable_latency <= dominated.comparable_latency
    group by dominated.task, dominated.model

)

select * from final
