-- One row per (task, corner) of the upper left hull of accuracy over cost, with the next dearer corner.
--
-- Quickhull: of all points above a line the one that is farthest above is a corner, and makes two lines of
-- one (Barber, Dobkin and Huhdanpaa, ACM Transactions on Mathematical Software 22, 1996). Each round
-- looks at all lines at once and keeps what is above them.
with recursive

frontier_candidates as (

    select * from frontier_candidates

),

-- The most accurate of each cost, the fastest of equals.
by_cost as (

    select
        task,
        cost,
        max(accuracy) as accuracy,
        min_by(model, rank) as model
    from frontier_candidates
    where cost is not null
    group by task, cost

),

cheaper_ones as (

    select
        *,
        max(accuracy) over (
            partition by task order by cost rows between unbounded preceding and 1 preceding
        ) as best_for_less
    from by_cost

),

steps as (

    select
        task,
        model,
        cost,
        accuracy
    from cheaper_ones
    where best_for_less is null or accuracy > best_for_less

),

ends as (

    select
        task,
        min(cost) as left_cost,
        min(accuracy) as left_accuracy,
        max(cost) as right_cost,
        max(accuracy) as right_accuracy
    from steps
    group by task

),

rounds as (

    select
        steps.*,
        ends.* exclude (task),
        steps.cost in (ends.left_cost, ends.right_cost) as is_corner
    from steps
    inner join ends using (task)

    union all

    select
        task,
        model,
        cost,
        accuracy,
        case when cost > farthest.cost then farthest.cost else left_cost end,
        case when cost > farthest.cost then farthest.accuracy else left_accuracy end,
        case when cost < farthest.cost then farthest.cost else right_cost end,
        case when cost < farthest.cost then farthest.accuracy else right_accuracy end,
        cost = farthest.cost
    from (
        select
            *,
            first({'cost': cost, 'accuracy': accuracy}) over (
                partition by task, left_cost order by height desc, cost
            ) as farthest
        from (
            select
                *,
                (accuracy - left_accuracy) * (right_cost - left_cost)
                - (right_accuracy - left_accuracy) * (cost - left_cost) as height
            from rounds
            where not is_corner
        )
        where height > 0
    )

),

final as (

    select
        task,
        model,
        cost,
        accuracy,
        lead(model) over (partition by task order by cost) as next_model,
        lead(cost) over (partition by task order by cost) as next_cost,
        lead(accuracy) over (partition by task order by cost) as next_accuracy
    from rounds
    where is_corner

)

select * from final
