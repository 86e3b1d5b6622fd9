-- What built and judged all this: one row per name, such as rustc, with its version.
with

stg_facts as (

    select * from stg_facts

),

final as (

    select * from stg_facts
    order by name

)

select * from final
