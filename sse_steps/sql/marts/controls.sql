-- One row per (task, control): the score that it has and the score that it must have.
--
-- An example without a reference solution says nothing about the judge, so it is left out, and so
-- is one without a case that can be run, which nothing can pass.
with

attempts as (

    select * from attempts

),

models as (

    select * from models

),

final as (

    select
        attempts.task,
        attempts.model,
        models.role,
        avg(cast(attempts.passes as double)) filter (where attempts.is_tested) as score,
        cast(models.role = 'control_pass' as double) as expected
    from attempts
    inner join models using (model)
    where models.role in ('control_pass', 'control_fail') and attempts.is_answered
    group by attempts.task, attempts.model, models.role

)

select * from final
