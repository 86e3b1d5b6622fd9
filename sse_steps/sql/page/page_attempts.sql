-- One row per candidate's attempt at a tested example of $task, all names as places in sorted lists.
with

attempts as (

    select * from attempts

),

models as (

    select * from models

),

tries as (

    select * from tries
    where is_tested

),

passed_later as (

    select distinct
        model,
        run,
        example
    from tries
    where task = $task and turn > 1 and passes

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
        coalesce(list_position($error_codes, error_code), 0) as error_code,
        -- Outcome and code are those of the first turn.
        cast(passed_later.example is not null as integer) as passed_later
    from candidates
    left join passed_later using (model, run, example)

)

select * from final
