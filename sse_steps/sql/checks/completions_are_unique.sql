-- Rule: No model completes an example twice in a turn of a run.
-- Remedy: Delete the rows named here from results/completions and results/verdicts, and run doit again.
with

completions as (

    select * from completions

),

final as (

    select
        task,
        model,
        run,
        example,
        turn,
        count(*) as completions
    from completions
    group by task, model, run, example, turn
    having count(*) > 1

)

select * from final
