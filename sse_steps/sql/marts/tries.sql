-- One row per completion of any turn with its verdict, without the long texts.
with

completions as (

    select * from completions

),

verdicts as (

    select * from verdicts

),

examples as (

    select * from examples

),

final as (

    select
        completions.task,
        completions.model,
        completions.run,
        completions.example,
        completions.turn,
        examples.level,
        examples.is_tested,
        verdicts.outcome,
        verdicts.outcome = 'passed' as passes,
        verdicts.compiles,
        verdicts.error_code,
        completions.finish_reason = 'length' as is_cut_off,
        completions.finish_reason = 'timeout' as is_timed_out,
        completions.finish_reason not in ('error', 'context_overflow') as is_answered,
        completions.finish_reason = 'error' as is_failed,
        completions.error,
        completions.prompt_tokens,
        completions.completion_tokens,
        1000 * completions.latency_s as latency_ms,
        completions.cost_usd,
        completions.prompt_cost_usd,
        completions.completion_cost_usd,
        completions.cold as is_cold,
        completions.cached as is_cached,
        completions.replayed as is_replayed,
        completions.engine,
        completions.batch_size,
        verdicts.isolation,
        verdicts.not_enforced
    from completions
    inner join verdicts using (task, model, run, example, turn)
    inner join examples using (task, example)

)

select * from final
