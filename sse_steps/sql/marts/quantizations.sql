-- What each conversion of a model's weights loses and saves: one row per (task, model) with weights.
with

stg_conversions as (

    select * from stg_conversions

),

model_metrics as (

    select * from model_metrics

),

completions as (

    select * from completions
    where turn = 1

),

speeds as (

    select
        task,
        model,
        sum(completion_tokens) / nullif(sum(machine_s), 0) as tokens_per_s,
        max(peak_memory_bytes) as peak_memory_bytes
    from completions
    where not cached and not replayed
    group by task, model

),

final as (

    select
        model_metrics.task,
        stg_conversions.model,
        stg_conversions.source,
        stg_conversions.quantization,
        stg_conversions.parameters,
        model_metrics.size_bytes,
        8.0 * model_metrics.size_bytes / stg_conversions.parameters as bits_per_weight,
        stg_conversions.worst_kl,
        stg_conversions.worst_cosine,
        stg_conversions.prompts,
        stg_conversions.golden_prompts,
        stg_conversions.top_10_overlap,
        stg_conversions.largest_logit_difference,
        stg_conversions.compared_with,
        speeds.tokens_per_s,
        speeds.peak_memory_bytes,
        model_metrics.pass_at_1,
        model_metrics.compile_rate
    from stg_conversions
    inner join model_metrics using (model)
    left join speeds using (task, model)
    order by model_metrics.task, stg_conversions.source, model_metrics.size_bytes desc

)

select * from final
