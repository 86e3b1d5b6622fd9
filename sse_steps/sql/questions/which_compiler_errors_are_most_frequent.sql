-- Which errors of rustc stop the most programs, and where can one be seen?
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
        attempts.error_code,
        count(*) as verdicts,
        count(distinct attempts.model) as models,
        count(distinct attempts.example) as examples,
        min_by(attempts.model, (attempts.model, attempts.example)) as seen_in_model,
        min_by(attempts.example, (attempts.model, attempts.example)) as seen_in_example
    from attempts
    inner join models using (model)
    where attempts.error_code is not null and models.role = 'candidate'
    group by attempts.task, attempts.error_code
    order by attempts.task, verdicts desc, attempts.error_code

)

select * from final
