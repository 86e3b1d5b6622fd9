-- One row per dominated (task, model) and member of the frontier that dominates it, with by how much.
with

frontier_candidates as (

    select * from frontier_candidates

),

dominators as (

    select * from dominators

),

pairs as (

    select
        task,
        model,
        unnest(dominated_by) as dominated_by
    from dominators

),

ratios as (

    select
        pairs.task,
        pairs.model,
        pairs.dominated_by,
        member.accuracy - dominated.accuracy as accuracy_gain,
        case
            when dominated.cost = member.cost then 1
            else dominated.cost / nullif(member.cost, 0)
        end as cost_ratio,
        case
            when dominated.latency = member.latency then 1
            else dominated.latency / nullif(member.latency, 0)
        end as latency_ratio
    from pairs
    inner join frontier_candidates as dominated
        on dominated.task = pairs.task and dominated.model = pairs.model
    inner join frontier_candidates as member
        on member.task = pairs.task and member.model = pairs.dominated_by

),

-- A quotient of extreme figures can be too large for a number.
final as (

    select
        * replace (
            case when isfinite(cost_ratio) then cost_ratio end as cost_ratio,
            case when isfinite(latency_ratio) then latency_ratio end as latency_ratio
        )
    from ratios

)

select * from final
