-- The declared models and what each is in the evaluation.
with

stg_models as (

    select * from stg_models

),

final as (

    select * from stg_models
    order by model

)

select * from final
