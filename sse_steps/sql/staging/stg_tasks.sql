-- One row per declared task.
with

source as (

    select * from raw_tasks

),

final as (

    select
        cast(task as varchar) as task,
        cast(ground_truth as varchar) as ground_truth,
        cast(answer_metric as varchar) as answer_metric,
        from_json(cast(labels as json), '["VARCHAR"]') as labels,
        from_json(cast(metrics as json), '["VARCHAR"]') as metrics,
        cast(turns as bigint) as turns
    from source

)

select * from final
