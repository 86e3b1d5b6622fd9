-- How long does one wait for a reply, usually and at worst?
with

model_metrics as (

    select * from model_metrics

),

final as (

    select
        task,
        model,
        latency_p50_ms,
        latency_p95_ms,
        latency_p99_ms,
        latency_cold_ms,
        latency_basis,
        latency_measurements
    from model_metrics
    where role = 'candidate'
    order by task, latency_p50_ms nulls last, model

)

select * from final
