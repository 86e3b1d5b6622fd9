-- One row per completion of a first turn with its verdict: what models are ranked by.
with

tries as (

    select * from tries
    where turn = 1

),

final as (

    select * exclude (turn)
    from tries

)

select * from final
