-- Which models are worth having, because none is better in accuracy, cost and latency at once?
with

frontier as (

    select * from frontier

),

model_metrics as (

    select * from model_metrics

),

final as (

    select
        frontier.task,
        frontier.model,
        model_metrics.pass_at_1,
        model_metrics.usd_per_example,
        model_metrics.latency_p50_ms,
        frontier.on_convex_frontier
    from frontier
    inner join model_metrics using (task, model)
    where frontier.on_frontier
    order by frontier.task, model_metrics.pass_at_1 desc, frontier.model

)

select * from final
