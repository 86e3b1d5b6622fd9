-- Rule: Figures that both SQL and SciPy compute are the same: pass@1, its intervals, dollars per pass.
-- Remedy: This is a fault of the statistics: report the model named here as a bug.
with

model_metrics as (

    select * from model_metrics
    where role = 'candidate' and pass_at_1 is not null

),

intervals as (

    select * from intervals

),

spread as (

    select * from spread

),

pass_at_k as (

    select * from pass_at_k
    where k = 1

),

computed as (

    select task, model, 'pass@1' as figure, pass_at_1 as found
    from spread
    union all
    select task, model, 'pass@1, unbiased', pass_at_k
    from pass_at_k
    union all
    select task, model, 'passes per dollar', cost_adjusted
    from spread
    union all
    select task, model, concat(method, ', low end'), low
    from intervals
    union all
    select task, model, concat(method, ', high end'), high
    from intervals

),

figures as (

    select task, model, 'pass@1' as figure, pass_at_1 as known
    from model_metrics
    union all
    select task, model, 'pass@1, unbiased', pass_at_1
    from model_metrics
    union all
    select task, model, 'passes per dollar', 1 / usd_per_pass
    from model_metrics
    where usd_per_pass > 0
    union all
    select task, model, 'Student''s t, low end', ci_low
    from model_metrics
    union all
    select task, model, 'Student''s t, high end', ci_high
    from model_metrics
    union all
    select task, model, 'Wilson, clustered by example, low end', wilson_low
    from model_metrics
    union all
    select task, model, 'Wilson, clustered by example, high end', wilson_high
    from model_metrics

),

final as (

    select
        task,
        model,
        figure,
        known,
        found
    from figures
    left join computed using (task, model, figure)
    where
        (known is null) <> (found is null)
        or abs(found - known) > 1e-9 * greatest(1, abs(known))

)

select * from final
