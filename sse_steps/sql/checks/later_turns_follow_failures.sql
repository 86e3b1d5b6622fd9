-- Rule: A later turn follows a reply to the same example, in the same run, that did not pass.
-- Remedy: Run doit check, then doit again: the turns of a run are from different builds.
with

verdicts as (

    select * from verdicts

),

later as (

    select * from verdicts
    where turn > 1

),

final as (

    select
        later.task,
        later.model,
        later.run,
        later.example,
        later.turn,
        earlier.outcome as outcome_before
    from later
    left join verdicts as earlier
        on
            earlier.task = later.task
            and earlier.model = later.model
            and earlier.run = later.run
            and earlier.example = later.example
            and earlier.turn = later.turn - 1
    where earlier.outcome is null or earlier.outcome = 'passed'
    order by all

)

select * from final
