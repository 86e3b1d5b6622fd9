-- What the models were asked: one row per (task, example).
with

stg_programs as (

    select * from stg_programs

),

final as (

    select * from stg_programs
    order by task, example

)

select * from final
