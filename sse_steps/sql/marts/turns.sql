-- One row per (task, candidate, turn) over the tested examples: what another try brings and costs.
-- Columns that end in so_far add up this turn and those before it, and the others are of
-- this turn alone.
with

tries as (

    select * from tries
    where is_tested

),

try_latency as (

    select * from try_latency

),

wilson_intervals as (

    select * from wilson_intervals
    where level is null

),

models as (

    select * from models

),

alone as (

    select
        task,
        model,
        turn,
        count(*) as asked,
        count(*) filter (where passes) as passed_here,
        count(*) filter (where not is_answered) as unanswered,
        cast(sum(prompt_tokens) as bigint) as prompt_tokens,
        cast(sum(completion_tokens) as bigint) as completion_tokens,
        -- A cost that nobody knows makes the sum unknown, not smaller.
        case when count(cost_usd) = count(*) then fsum(cost_usd) end as cost_usd
    from tries
    group by task, model, turn

),

latencies as (

    select
        task,
        model,
        turn,
        quantile_cont(latency_ms, 0.50) as latency_p50_ms,
        quantile_cont(latency_so_far_ms, 0.50) as latency_so_far_p50_ms
    from try_latency
    group by task, model, turn

),

added_up as (

    select
        *,
        first_value(asked) over so_far as attempts,
        cast(sum(passed_here) over so_far as bigint) as passed_so_far,
        cast(sum(prompt_tokens) over so_far as bigint) as prompt_tokens_so_far,
        cast(sum(completion_tokens) over so_far as bigint) as completion_tokens_so_far,
        case when count(cost_usd) over so_far = count(*) over so_far then sum(cost_usd) over so_far end
            as cost_usd_so_far
    from alone
    window so_far as (partition by task, model order by turn)

),

final as (

    select
        added_up.task,
        added_up.model,
        added_up.turn,
        added_up.attempts,
        added_up.asked,
        added_up.unanswered,
        added_up.passed_here,
        added_up.passed_so_far,
        wilson_intervals.pass_rate as pass_rate_so_far,
        wilson_intervals.wilson_low as wilson_low_so_far,
        wilson_intervals.wilson_high as wilson_high_so_far,
        added_up.prompt_tokens,
        added_up.completion_tokens,
        added_up.cost_usd,
        added_up.prompt_tokens_so_far,
        added_up.completion_tokens_so_far,
        added_up.cost_usd_so_far,
        added_up.cost_usd_so_far / nullif(added_up.passed_so_far, 0) as usd_per_pass_so_far,
        latencies.latency_p50_ms,
        latencies.latency_so_far_p50_ms
    from added_up
    inner join models using (model)
    inner join wilson_intervals using (task, model, turn)
    left join latencies using (task, model, turn)
    where models.role = 'candidate'
    order by added_up.task, added_up.model, added_up.turn

)

select * from final
