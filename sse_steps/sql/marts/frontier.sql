-- One row per (task, candidate): accuracy up, dollars per example down, median latency down.
--
-- A dominates B: no worse in all three, strictly better in one. Off the convex frontier: some mixture
-- of two others has at least the accuracy at no more cost, strictly better in one (Kapoor et al.,
-- arXiv 2407.01502). Trade-offs are against the most accurate frontier model. Ties go to the cheaper,
-- the faster, the first by name.
with

model_metrics as (

    select * from model_metrics

),

candidates as (

    select
        task,
        model,
        pass_at_1 as accuracy,
        usd_per_example as cost,
        latency_p50_ms as latency,
        -- A cost that nobody knows, or a latency that nobody measured, is no better than any other.
        coalesce(usd_per_example, 'infinity') as comparable_cost,
        coalesce(latency_p50_ms, 'infinity') as comparable_latency
    from model_metrics
    where role = 'candidate' and pass_at_1 is not null

),

dominance as (

    select
        dominated.task,
        dominated.model,
        list(dominating.model order by dominating.model) as dominated_by
    from candidates as dominated
    inner join candidates as dominating
        on
            dominating.task = dominated.task
            and dominating.accuracy >= dominated.accuracy
            and dominating.comparable_cost <= dominated.comparable_cost
            and dominating.comparable_latency <= dominated.comparable_latency
            and (
                dominating.accuracy > dominated.accuracy
                or dominating.comparable_cost < dominated.comparable_cost
                or dominating.comparable_latency < dominated.comparable_latency
            )
    group by dominated.task, dominated.model

),

beaten_by_one as (

    select distinct
        beaten.task,
        beaten.model
    from candidates as beaten
    inner join candidates as other
        on
            other.task = beaten.task
            and other.accuracy >= beaten.accuracy
            and other.comparable_cost <= beaten.comparable_cost
            and (other.accuracy > beaten.accuracy or other.comparable_cost < beaten.comparable_cost)

),

-- What one other model does not beat, a mixture beats only if it spends the same by mixing one that
-- is affordable with one that is not.
beaten_by_mixture as (

    select distinct
        beaten.task,
        beaten.model
    from candidates as beaten
    inner join candidates as cheaper
        on cheaper.task = beaten.task and cheaper.cost < beaten.cost
    inner join candidates as dearer
        on dearer.task = beaten.task and dearer.cost > beaten.cost
    where
        (dearer.accuracy - cheaper.accuracy) * (beaten.cost - cheaper.cost)
        > (beaten.accuracy - cheaper.accuracy) * (dearer.cost - cheaper.cost)

),

beaten as (

    select * from beaten_by_one
    union
    select * from beaten_by_mixture

),

-- The most accurate model, the cheapest and then the fastest of equals, is always on the frontier.
best as (

    select distinct on (task) *
    from candidates
    order by task, accuracy desc, comparable_cost, comparable_latency, model

),

trade_offs as (

    select
        candidates.task,
        candidates.model,
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
    from candidates
    inner join best using (task)

),

final as (

    select
        trade_offs.task,
        trade_offs.model,
        dominance.model is null as on_frontier,
        beaten.model is null as on_convex_frontier,
        coalesce(dominance.dominated_by, []) as dominated_by,
        trade_offs.accuracy_gap,
        trade_offs.cost_ratio,
        trade_offs.latency_ratio,
        (1 - trade_offs.accuracy_gap) * trade_offs.cost_ratio * trade_offs.latency_ratio
            as value_score
    from trade_offs
    left join dominance using (task, model)
    left join beaten using (task, model)

)

select * from final
