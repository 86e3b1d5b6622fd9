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
        count(*) filter (where is_failed) as failed,
        min_by(error, (run, example)) filter (where is_failed) as first_error,
        count(*) filter (where outcome = 'infrastructure_error') as infrastructure_errors,
        cast(sum(prompt_tokens) as bigint) as prompt_tokens,
        cast(sum(completion_tokens) as bigint) as completion_tokens,
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
        failed,
        first_error,
        infrastructure_errors,
        prompt_tokens,
        completion_tokens,
        prompt_usd,
        completion_usd,
        1e6 * cost_usd / nullif(prompt_tokens + completion_tokens, 0) as usd_per_1m_tokens,
        cost_usd / completions as usd_per_example,
        tested_cost_usd / nullif(passed, 0) as usd_per_pass
    from totals

)

select * from final
