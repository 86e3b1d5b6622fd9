-- One row per (task, candidate): accuracy up, dollars per example down, median latency down.
--
-- A dominates B: no worse in all three, strictly better in one. Off the convex frontier: some mixture
-- of two others has at least the accuracy at no more cost, strictly better in one (Kapoor et al.,
-- arXiv 2407.01502). Who passes nothing is on neither: not to answer passes as much, for nothing.
-- Trade-offs are against the most accurate. Ties go to the cheaper, the faster, the first by name.
with

frontier_candidates as (

    select * from frontier_candidates

),

non_dominated as (

    select * from non_dominated

),

non_dominated_with_size as (

    select * from non_dominated_with_size

),

mixtures as (

    select * from mixtures

),

dominators as (

    select * from dominators

),

best as (

    select
        task,
        accuracy,
        cost,
        latency
    from frontier_candidates
    where rank = 1

),

ratios as (

    select
        candidates.*,
        best.accuracy - candidates.accuracy as accuracy_gap,
        -- Equals trade one for one, even where both are zero.
        case
            when candidates.cost = best.cost then 1
            else best.cost / nullif(candidates.cost, 0)
        end as cost_ratio,
        case
            when candidates.latency = best.latency then 1
            else best.latency / nullif(candidates.latency, 0)
        end as latency_ratio
    from frontier_candidates as candidates
    inner join best using (task)

),

-- A quotient of extreme figures can be too large for a number.
trade_offs as (

    select
        * replace (
            case when isfinite(cost_ratio) then cost_ratio end as cost_ratio,
            case when isfinite(latency_ratio) then latency_ratio end as latency_ratio
        ),
        (1 - accuracy_gap) * cost_ratio * latency_ratio as value_score
    from ratios

),

final as (

    select
        trade_offs.task,
        trade_offs.model,
        non_dominated.place is not null and trade_offs.accuracy > 0 as on_frontier,
        mixtures.model is null
        and trade_offs.accuracy > 0
        -- A mixture is never compared with an unknown cost, another model is.
        and (trade_offs.cost is not null or trade_offs.accuracy_gap = 0) as on_convex_frontier,
        coalesce(dominators.dominated_by, []) as dominated_by,
        trade_offs.accuracy_gap,
        trade_offs.cost_ratio,
        trade_offs.latency_ratio,
        case
            when trade_offs.accuracy > 0 and isfinite(trade_offs.value_score)
                then trade_offs.value_score
        end as value_score,
        case
            when trade_offs.size_bytes is not null
                then non_dominated_with_size.model is not null and trade_offs.accuracy > 0
        end as on_frontier_with_size
    from trade_offs
    left join non_dominated using (task, place)
    left join non_dominated_with_size using (task, model)
    left join mixtures using (task, model)
    left join dominators using (task, model)

)

select * from final
