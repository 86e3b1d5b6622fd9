-- What the judge found: one row per (task, model, run, example, turn), with what it took to find it.
with

stg_verdicts as (

    select * from stg_verdicts

),

stg_judgements as (

    select * from stg_judgements

),

final as (

    select
        stg_verdicts.*,
        stg_judgements.compile_s,
        stg_judgements.run_s,
        stg_judgements.cached
    from stg_verdicts
    left join stg_judgements
        on stg_verdicts.task = stg_judgements.task
        and stg_verdicts.model = stg_judgements.model
        and stg_verdicts.run = stg_judgements.run
        and stg_verdicts.example = stg_judgements.example
        and stg_verdicts.turn = stg_judgements.turn
    order by
        stg_verdicts.task,
        stg_verdicts.model,
        stg_verdicts.run,
        stg_verdicts.example,
        stg_verdicts.turn

)

select * from final
