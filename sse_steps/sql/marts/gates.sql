-- What each gate found about each model on its way into the evaluation.
with

stg_gates as (

    select * from stg_gates

),

final as (

    select * from stg_gates
    order by model, gate

)

select * from final
