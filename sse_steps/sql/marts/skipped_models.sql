-- One row per (task, model) that took no part, with the reason of its first run.
with

stg_skipped as (

    select * from stg_skipped

),

final as (

    select
        task,
        model,
        count(*) as runs,
        min_by(gate, run) as gate,
        min_by(reason, run) as reason,
        min_by(remedy, run) as remedy
    from stg_skipped
    group by task, model
    order by task, model

)

select * from final
