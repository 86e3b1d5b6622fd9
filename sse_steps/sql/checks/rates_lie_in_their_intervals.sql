-- Rule: Every rate lies between 0 and 1 and inside its intervals.
-- Remedy: This is a fault of the marts: report the model named here as a bug.
with

model_metrics as (

    select * from model_metrics

),

final as (

    select
        task,
        model,
        pass_at_1,
        ci_low,
        ci_high,
        wilson_low,
        wilson_high
    from model_metrics
    where not (
        pass_at_1 between 0 and 1
        and compile_rate between 0 and 1
        and pass_at_1 between coalesce(ci_low, 0) and coalesce(ci_high, 1)
        and pass_at_1 between wilson_low and wilson_high
    )

)

select * from final
