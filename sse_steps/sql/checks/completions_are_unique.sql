-- Rule: No model completes an example twice in a run.
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
        count(*) as completions
    from completions
    group by task, model, run, example
    having count(*) > 1

)

select * from final
