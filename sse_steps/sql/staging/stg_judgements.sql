-- One row per verdict, what it took: its types pinned, as a column that is all null has lost its type.
with

source as (

    select * from raw_judgements

),

final as (

    select
        cast(task as varchar) as task,
        cast(model as varchar) as model,
        cast(run as bigint) as run,
        cast(example as varchar) as example,
        cast(compile_s as double) as compile_s,
        cast(run_s as double) as run_s,
        cast(cached as boolean) as cached,
        cast(turn as bigint) as turn
    from source

)

select * from final
