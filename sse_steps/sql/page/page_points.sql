-- One row per (candidate, level) of $task: cost and latency by the rules of model_costs and
-- model_latency, over the attempts of that level alone.
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

candidates as (

    select
        attempts.*,
        not is_cached and is_answered and is_cold = (latency_basis = 'cold') as is_timed
    from attempts
    inner join models using (model)
    left join model_latency using (task, model)
    where models.role = 'candidate' and attempts.task = $task and attempts.level is not null

),

final as (

    select
        model,
        level,
        case when count(cost_usd) = count(*) then fsum(cost_usd) / count(*) end as usd_per_example,
        quantile_cont(latency_ms, 0.5) filter (where is_timed) as latency_p50_ms
    from candidates
    group by model, level

)

select * from final
order by model, level
