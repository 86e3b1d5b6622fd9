-- What each model wrote: one row per (task, model, run, example, turn).
with

stg_completions as (

    select * from stg_completions

),

final as (

    select * from stg_completions
    order by task, model, run, example, turn

)

select * from final
