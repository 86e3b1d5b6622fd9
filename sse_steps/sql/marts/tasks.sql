-- The declared tasks: who decides what is right, by which metric, and what the report shows.
with

stg_tasks as (

    select * from stg_tasks

),

final as (

    select * from stg_tasks
    order by task

)

select * from final
