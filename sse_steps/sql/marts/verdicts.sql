-- What the judge found: one row per (task, model, run, example).
with

stg_verdicts as (

    select * from stg_verdicts

),

final as (

    select * from stg_verdicts
    order by task, model, run, example

)

select * from final
