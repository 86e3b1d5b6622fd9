-- What do fewer bits per weight cost in accuracy, and what do they save?
with

quantizations as (

    select * from quantizations

),

model_metrics as (

    select * from model_metrics

),

least_squeezed as (

    select distinct on (task, source)
        task,
        source,
        size_bytes,
        pass_at_1
    from quantizations
    order by task, source, worst_kl, model

),

final as (

    select
        quantizations.task,
        quantizations.source,
        quantizations.model,
        quantizations.quantization,
        quantizations.bits_per_weight,
        quantizations.size_bytes / least_squeezed.size_bytes as size_of_least_squeezed,
        quantizations.pass_at_1,
        quantizations.pass_at_1 - least_squeezed.pass_at_1 as pass_at_1_change,
        quantizations.tokens_per_s,
        model_metrics.usd_per_example
    from quantizations
    inner join model_metrics using (task, model)
    inner join least_squeezed using (task, source)
    order by quantizations.task, quantizations.source, quantizations.worst_kl, quantizations.model

)

select * from final
