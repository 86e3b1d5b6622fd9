-- One row per declared model.
with

source as (

    select * from raw_models

),

final as (

    select
        cast(model as varchar) as model,
        cast(role as varchar) as role,
        cast(description as varchar) as description,
        cast(size_bytes as bigint) as size_bytes,
        cast(engine as varchar) as engine,
        cast(price_note as varchar) as price_note
    from source

)

select * from final
