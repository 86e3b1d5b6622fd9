-- Which model is beaten by tossing a coin between two others, or by another one alone?
with

mixtures as (

    select * from mixtures

),

model_metrics as (

    select * from model_metrics

),

final as (

    select
        mixtures.task,
        mixtures.model,
        mixtures.cheaper,
        mixtures.probability,
        mixtures.dearer,
        mixtures.accuracy,
        model_metrics.pass_at_1 as own_accuracy,
        mixtures.usd_per_example,
        model_metrics.usd_per_example as own_usd_per_example
    from mixtures
    inner join model_metrics using (task, model)
    order by mixtures.task, mixtures.accuracy_gain desc, mixtures.model

)

select * from final
