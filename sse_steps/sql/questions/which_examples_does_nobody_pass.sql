-- Which examples does no candidate pass in any run?
with

attempts as (

    select * from attempts

),

models as (

    select * from models

),

unsolved as (

    select
        attempts.task,
        attempts.level,
        attempts.example
    from attempts
    inner join models using (model)
    where attempts.is_tested and models.role = 'candidate'
    group by attempts.task, attempts.level, attempts.example
    having not bool_or(attempts.passes)

),

final as (

    select
        task,
        level,
        count(*) as examples,
        list(example order by example) as names
    from unsolved
    group by task, level
    order by task, level

)

select * from final
