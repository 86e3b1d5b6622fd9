-- Rule: Every completion has one verdict, and every verdict a completion.
-- Remedy: Run doit check, then doit again: verdicts and completions are from different builds.
with

completions as (

    select * from completions

),

verdicts as (

    select * from verdicts

),

completion_counts as (

    select
        task,
        model,
        run,
        example,
        turn,
        count(*) as completions
    from completions
    group by task, model, run, example, turn

),

verdict_counts as (

    select
        task,
        model,
        run,
        example,
        turn,
        count(*) as verdicts
    from verdicts
    group by task, model, run, example, turn

),

final as (

    select
        task,
        model,
        run,
        example,
        turn,
        coalesce(completion_counts.completions, 0) as completions,
        coalesce(verdict_counts.verdicts, 0) as verdicts
    from completion_counts
    full outer join verdict_counts using (task, model, run, example, turn)
    where completion_counts.completions is null or verdict_counts.verdicts is distinct from 1

)

select * from final
