-- One row per (task, model): latency as it was measured once, the first batch after a load apart.
-- Reused replies are left out, replayed ones have the latency of their recording.
-- Where every live measurement was cold, the quantiles are over those, and latency_basis says so.
with

models as (

    select * from models

),

attempts as (

    select * from attempts

),

live as (

    select attempts.*
    from attempts
    inner join models using (model)
    -- A reply that failed was not waited for, and a control does no work.
    where not attempts.is_cached and attempts.is_answered and models.role = 'candidate'

),

bases as (

    select
        *,
        is_cold = bool_and(is_cold) over (partition by task, model) as is_basis
    from live

),

final as (

    select
        task,
        model,
        quantile_cont(latency_ms, 0.50) filter (where is_basis) as latency_p50_ms,
        quantile_cont(latency_ms, 0.95) filter (where is_basis) as latency_p95_ms,
        quantile_cont(latency_ms, 0.99) filter (where is_basis) as latency_p99_ms,
        median(latency_ms) filter (where is_cold) as latency_cold_ms,
        count(*) filter (where is_basis) as latency_measurements,
        max(batch_size) filter (where is_basis) as latency_batch_size,
        case when bool_and(is_cold) then 'cold' else 'warm' end as latency_basis
    from bases
    group by task, model

)

select * from final
