-- What a second of the machine was declared to cost, its energy included, in one row.
with

stg_prices as (

    select * from stg_prices

),

final as (

    select * from stg_prices

)

select * from final
