-- What can one candidate do that no other can?
with

attempts as (

    select * from attempts

),

models as (

    select * from models

),

solved as (

    select
        attempts.task,
        attempts.example,
        count(distinct attempts.model) as candidates,
        count(distinct attempts.model) filter (where attempts.passes) as solvers,
        min(attempts.model) filter (where attempts.passes) as only_model
    from attempts
    inner join models using (model)
    where attempts.is_tested and models.role = 'candidate'
    group by attempts.task, attempts.example

),

final as (

    select
        task,
        only_model as model,
        count(*) as examples,
        list(example order by example) as names
    from solved
    where solvers = 1 and candidates > 1
    group by task, only_model
    order by task, examples desc, model

)

select * from final
