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
        case role when 'control_pass' then 1.0 else 0.0 end as expected
    from model_metrics
    where role in ('control_pass', 'control_fail')

)

select * from final
