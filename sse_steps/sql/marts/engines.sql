-- One row per (task, model, engine version): what executed the model, and in batches of what size.
with

attempts as (

    select * from attempts

),

final as (

    select
        task,
        model,
        engine,
        count(*) as completions,
        min(batch_size) as batch_size_min,
        max(batch_size) as batch_size_max
    from attempts
    group by task, model, engine

)

select * from final
