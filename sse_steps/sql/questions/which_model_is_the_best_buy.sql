-- Which model is the best buy, by the value score and by accuracy per dollar?
with

value_leaders as (

    select * from value_leaders

),

model_metrics as (

    select * from model_metrics

),

final as (

    select
        value_leaders.task,
        value_leaders.measure,
        value_leaders.model,
        value_leaders.figure,
        model_metrics.pass_at_1,
        model_metrics.usd_per_example,
        model_metrics.latency_p50_ms
    from value_leaders
    inner join model_metrics using (task, model)
    order by value_leaders.task, value_leaders.measure

)

select * from final
