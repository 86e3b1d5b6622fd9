-- One row per (task, model): tokens and dollars. A cached row carries the cost it was measured with.
with

attempts as (

    select * from attempts

),

totals as (

    select
        task,
        model,
        count(*) as completions,
        count(*) filter (where is_cached) as cached,
        count(*) filter (where is_replayed) as replayed,
        count(*) filter (where is_cut_off) as cut_off,
        count(*) filter (where is_timed_out) as timed_out,
        count(*) filter (where is_failed) as failed,
        min_by(error, (run, example)) filter (where is_failed) as first_error,
        count(*) filter (where outcome = 'infrastructure_error') as infrastructure_errors,
        count(*) filter (where prompt_tokens is null or completion_tokens is null)
            as without_tokens,
        cast(sum(prompt_tokens) as bigint) as prompt_tokens,
        cast(sum(completion_tokens) as bigint) as completion_tokens,
        -- Dollars by tokens are of the replies that have both.
        sum(prompt_tokens + completion_tokens) filter (where cost_usd is not null) as paid_tokens,
        fsum(cost_usd) filter (
            where prompt_tokens is not null and completion_tokens is not null
        ) as counted_cost_usd,
        -- A cost that nobody knows makes the sum unknown, not smaller.
        case when count(cost_usd) = count(*) then fsum(cost_usd) end as cost_usd,
        case
            when count(cost_usd) = count(*) then fsum(cost_usd) filter (where is_tested)
        end as tested_cost_usd,
        case when count(prompt_cost_usd) = count(*) then fsum(prompt_cost_usd) end as prompt_usd,
        case when count(completion_cost_usd) = count(*) then fsum(completion_cost_usd) end
            as completion_usd,
        count(*) filter (where is_tested and passes) as passed
    from attempts
    group by task, model

),

final as (

    select
        task,
        model,
        completions,
        cached,
        replayed,
        cut_off,
        timed_out,
        failed,
        first_error,
        infrastructure_errors,
        without_tokens,
        prompt_tokens,
        completion_tokens,
        prompt_usd,
        completion_usd,
        case
            when cost_usd is not null then 1e6 * counted_cost_usd / nullif(paid_tokens, 0)
        end as usd_per_1m_tokens,
        cost_usd / completions as usd_per_example,
        tested_cost_usd / nullif(passed, 0) as usd_per_pass
    from totals

)

select * from final
