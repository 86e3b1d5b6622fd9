-- Rule: Every verdict says what it took to reach it.
-- Remedy: Run doit check, then doit again: verdicts and judgements are from different builds.
with

verdicts as (

    select * from verdicts

),

final as (

    select
        task,
        model,
        run,
        example,
        turn,
        count(compile_s) as judgements
    from verdicts
    group by task, model, run, example, turn
    having count(compile_s) != 1

)

select * from final
