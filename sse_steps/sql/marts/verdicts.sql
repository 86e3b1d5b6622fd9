-- What the judge found: one row per (task, model, run, example, turn).
with

stg_verdicts as (

    select * from stg_verdicts

),

final as (

    select * from stg_verdicts
    order by task, model, run, example, turn

)

select * from final
