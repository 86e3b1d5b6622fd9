-- One row per Py2Rs level.
with

source as (

    select * from raw_levels

),

final as (

    select
        cast(level as bigint) as level,
        cast(name as varchar) as name,
        cast(difficulty as varchar) as difficulty,
        cast(weight as double) as weight
    from source

)

select * from final
