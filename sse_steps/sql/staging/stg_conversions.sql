-- One row per model whose weights went along the line.
with

source as (

    select * from raw_conversions

),

final as (

    select
        cast(model as varchar) as model,
        cast(source as varchar) as source,
        cast(quantization as varchar) as quantization,
        cast(parameters as bigint) as parameters,
        cast(worst_kl as double) as worst_kl,
        cast(worst_cosine as double) as worst_cosine,
        cast(prompts as bigint) as prompts,
        cast(golden_prompts as varchar) as golden_prompts,
        cast(top_10_overlap as double) as top_10_overlap,
        cast(largest_logit_difference as double) as largest_logit_difference,
        cast(compared_with as varchar) as compared_with
    from source

)

select * from final
