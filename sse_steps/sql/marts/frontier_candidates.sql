-- One row per (task, candidate) with a measured accuracy: what the frontier is drawn from, and its rank.
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
        size_bytes,
        -- A cost that nobody knows, or a latency that nobody measured, is no better than any other.
        coalesce(usd_per_example, 'infinity') as comparable_cost,
        coalesce(latency_p50_ms, 'infinity') as comparable_latency
    from model_metrics
    where role = 'candidate' and pass_at_1 is not null

),

final as (

    select
        *,
        -- Equal points share a place. Whoever dominates has a smaller one.
        dense_rank() over (
            partition by task order by accuracy desc, comparable_cost, comparable_latency
        ) - 1 as place,
        row_number() over (
            partition by task order by accuracy desc, comparable_cost, comparable_latency, model
        ) as rank
    from candidates

)

select * from final
