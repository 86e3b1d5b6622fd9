-- The one row of declared prices of the machine.
with

source as (

    select * from raw_prices

),

final as (

    select
        cast(date as varchar) as date,
        cast(machine as varchar) as machine,
        cast(usd_per_hour as double) as usd_per_hour,
        cast(source as varchar) as source,
        cast(watts as double) as watts,
        cast(usd_per_kwh as double) as usd_per_kwh,
        cast(energy_source as varchar) as energy_source,
        cast(usd_per_second as double) as usd_per_second,
        cast(sha256 as varchar) as sha256
    from source

)

select * from final
