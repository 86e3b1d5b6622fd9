-- The Py2Rs levels with their weights.
with

stg_levels as (

    select * from stg_levels

),

final as (

    select * from stg_levels
    order by level

)

select * from final
