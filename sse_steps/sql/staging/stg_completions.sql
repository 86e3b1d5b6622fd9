-- One row per completion, its types pinned: a Parquet file whose column is all null has lost its type.
with

source as (

    select * from raw_completions

),

final as (

    select
        cast(task as varchar) as task,
        cast(model as varchar) as model,
        cast(run as bigint) as run,
        cast(example as varchar) as example,
        cast(level as bigint) as level,
        cast(rust as varchar) as rust,
        cast(reply as varchar) as reply,
        cast(finish_reason as varchar) as finish_reason,
        cast(prompt_tokens as bigint) as prompt_tokens,
        cast(completion_tokens as bigint) as completion_tokens,
        cast(latency_s as double) as latency_s,
        cast(machine_s as double) as machine_s,
        cast(batch_size as bigint) as batch_size,
        cast(cold as boolean) as cold,
        cast(cost_usd as double) as cost_usd,
        cast(cached as boolean) as cached,
        cast(engine as varchar) as engine,
        cast(error as varchar) as error,
        cast(time_to_first_token_s as double) as time_to_first_token_s,
        cast(peak_memory_bytes as bigint) as peak_memory_bytes,
        cast(replayed as boolean) as replayed,
        cast(asked_at as varchar) as asked_at,
        cast(turn as bigint) as turn,
        cast(prompt_cost_usd as double) as prompt_cost_usd,
        cast(completion_cost_usd as double) as completion_cost_usd
    from source

)

select * from final
