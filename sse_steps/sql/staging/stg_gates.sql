-- One row per model and gate that looked at it.
with

source as (

    select * from raw_gates

),

final as (

    select
        cast(model as varchar) as model,
        cast(gate as varchar) as gate,
        cast(question as varchar) as question,
        cast(severity as varchar) as severity,
        cast(passed as boolean) as passed,
        cast(found as varchar) as found,
        cast(expected as varchar) as expected
    from source

)

select * from final
