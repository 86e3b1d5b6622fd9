-- One row per (task, control): the score that it has and the score that it must have.
with

model_metrics as (

    select * from model_metrics

),

final as (

    select
        task,
        model,
        role,
        pass_at_1 as score,
        cast(role = 'control_pass' as double) as expected
    from model_metrics
    where role in ('control_pass', 'control_fail')

)

select * from final
