-- One row per (candidate, level) of $task: the interval over examples, and cost and latency by the rules of
-- model_costs and model_latency, over the attempts of that level alone.
with

attempts as (

    select * from attempts

),

models as (

    select * from models

),

model_latency as (

    select * from model_latency

),

wilson_intervals as (

    select * from wilson_intervals
    where turn = 1 and task = $task

),

candidates as (

    select
        attempts.*,
        not is_cached and is_answered and is_cold = (latency_basis = 'cold') as is_timed
    from attempts
    inner join models using (model)
    left join model_latency using (task, model)
    where models.role = 'candidate' and attempts.task = $task and attempts.level is not null

),

points as (

    select
        model,
        level,
        case when count(cost_usd) = count(*) then fsum(cost_usd) / count(*) end as usd_per_example,
        quantile_cont(latency_ms, 0.5) filter (where is_timed) as latency_p50_ms
    from candidates
    group by model, level

),

final as (

    select
        points.*,
        wilson_intervals.wilson_low,
        wilson_intervals.wilson_high
    from points
    inner join wilson_intervals using (model, level)

)

select * from final
order by model, level
