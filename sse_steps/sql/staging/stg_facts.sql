-- One row per fact about what built the results.
with

source as (

    select * from raw_facts

),

final as (

    select
        cast(name as varchar) as name,
        cast(value as varchar) as value
    from source

)

select * from final
