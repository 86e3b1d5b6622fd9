-- One row per criterion of acceptance, with the threshold that the configuration declares.
with

source as (

    select * from raw_criteria

),

final as (

    select
        cast(criterion as varchar) as criterion,
        cast(threshold as double) as threshold
    from source

)

select * from final
