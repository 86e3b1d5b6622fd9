-- One row per (task, candidate, turn) over the tested examples: what another try brings and costs.
-- Columns that end in so_far add up this turn and those before it, and the others are of
-- this turn alone.
with

tries as (

    select * from tries

),

try_latency as (

    select * from try_latency

),

model_accuracy as (

    select * from model_accuracy

),

student_t as (

    select * from student_t

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

rates as (

    select
        added_up.*,
        model_accuracy.examples,
        added_up.passed_so_far / added_up.attempts as pass_rate_so_far,
        normal.t_975 as z
    from added_up
    inner join models using (model)
    inner join model_accuracy using (task, model)
    inner join student_t as normal on normal.degrees_of_freedom = 'infinity'
    where models.role = 'candidate'

),

-- Wilson's interval over examples, as in model_accuracy.
wilson as (

    select
        *,
        (pass_rate_so_far + z ** 2 / (2 * examples)) / (1 + z ** 2 / examples) as centre,
        z / (1 + z ** 2 / examples) * sqrt(
            pass_rate_so_far * (1 - pass_rate_so_far) / examples + z ** 2 / (4 * examples ** 2)
        ) as half_width
    from rates

),

final as (

    select
        wilson.task,
        wilson.model,
        wilson.turn,
        wilson.attempts,
        wilson.asked,
        wilson.unanswered,
        wilson.passed_here,
        wilson.passed_so_far,
        wilson.pass_rate_so_far,
        case when pass_rate_so_far = 0 then 0 else greatest(0, centre - half_width) end
            as wilson_low_so_far,
        case when pass_rate_so_far = 1 then 1 else least(1, centre + half_width) end
            as wilson_high_so_far,
        wilson.prompt_tokens,
        wilson.completion_tokens,
        wilson.cost_usd,
        wilson.prompt_tokens_so_far,
        wilson.completion_tokens_so_far,
        wilson.cost_usd_so_far,
        wilson.cost_usd_so_far / nullif(wilson.passed_so_far, 0) as usd_per_pass_so_far,
        latencies.latency_p50_ms,
        latencies.latency_so_far_p50_ms
    from wilson
    left join latencies using (task, model, turn)
    order by wilson.task, wilson.model, wilson.turn

)

select * from final
