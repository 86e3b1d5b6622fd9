-- One row: what the places of page_attempts stand for.
with

attempts as (

    select * from attempts

),

models as (

    select * from models

),

candidates as (

    select attempts.*
    from attempts
    inner join models using (model)
    where models.role = 'candidate' and attempts.is_tested and attempts.task = $task

),

example_levels as (

    select distinct
        example,
        level
    from candidates

),

examples as (

    select
        list(example order by example) as examples,
        list(level order by example) as levels
    from example_levels

),

names as (

    select
        list(distinct model order by model) as models,
        list(distinct run order by run) as runs,
        list(distinct outcome order by outcome) as outcomes,
        list(distinct error_code order by error_code) filter (where error_code is not null)
            as error_codes
    from candidates

),

final as (

    select
        names.models,
        names.runs,
        examples.examples,
        examples.levels,
        names.outcomes,
        names.error_codes
    from names
    cross join examples

)

select * from final
