-- One row per (task, model) that a mixture beats: better in accuracy or cost and worse in neither.
--
-- With `probability` the model `cheaper` answers, otherwise `dearer`, null where `cheaper` does it alone.
-- Kapoor et al., "AI Agents That Matter", arXiv 2407.01502. Latency has no say: a median is not a mean.
with

frontier_candidates as (

    select * from frontier_candidates

),

convex_hull as (

    select * from convex_hull

),

-- The hull at the model's own cost. An unknown cost is beyond the dearest corner.
shares as (

    select
        candidates.task,
        candidates.model,
        candidates.accuracy as own_accuracy,
        candidates.comparable_cost as own_cost,
        corners.* exclude (task, model),
        corners.model as cheaper,
        case
            when corners.next_cost is null then 1
            else (corners.next_cost - own_cost) / (corners.next_cost - corners.cost)
        end as probability
    from frontier_candidates as candidates
    asof inner join convex_hull as corners
        on corners.task = candidates.task and corners.cost <= candidates.comparable_cost

),

mixed as (

    select
        *,
        case
            when probability = 1 then accuracy
            else probability * accuracy + (1 - probability) * next_accuracy
        end as mixed_accuracy,
        case when next_cost is null then cost else own_cost end as mixed_cost
    from shares

),

final as (

    select
        task,
        model,
        cheaper,
        case when probability < 1 then next_model end as dearer,
        probability,
        mixed_accuracy as accuracy,
        mixed_cost as usd_per_example,
        mixed_accuracy - own_accuracy as accuracy_gain
    from mixed
    -- What is better by no more than that is equal but for rounding.
    where
        mixed_accuracy > own_accuracy + case when probability < 1 then 1e-12 else 0 end
        or (probability = 1 and mixed_accuracy = own_accuracy and mixed_cost < own_cost)

)

select * from final
