-- One row per (task, model, run) in which a model took no part.
with

source as (

    select * from raw_skipped

),

final as (

    select
        cast(task as varchar) as task,
        cast(model as varchar) as model,
        cast(run as bigint) as run,
        cast(gate as varchar) as gate,
        cast(reason as varchar) as reason,
        cast(remedy as varchar) as remedy
    from source

)

select * from final
