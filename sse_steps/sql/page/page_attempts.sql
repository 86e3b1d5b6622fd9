-- One row per candidate's attempt at a tested example of $task, all names as places in sorted lists.
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

final as (

    select
        dense_rank() over (order by model) - 1 as model,
        dense_rank() over (order by run) - 1 as run,
        dense_rank() over (order by example) - 1 as example,
        -- Zero is left for an attempt that is not there.
        list_position($outcomes, outcome) as outcome,
        coalesce(list_position($error_codes, error_code), 0) as error_code
    from candidates

)

select * from final
