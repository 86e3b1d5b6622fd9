-- One row per completion of a tested example, of any turn, with its verdict.
-- The first turn's are the attempts that models are ranked by.
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
        verdicts.outcome = 'passed' as passes,
        completions.finish_reason not in ('error', 'context_overflow') as is_answered,
        completions.prompt_tokens,
        completions.completion_tokens,
        completions.cost_usd,
        1000 * completions.latency_s as latency_ms,
        completions.cold as is_cold,
        completions.cached as is_cached
    from completions
    inner join verdicts using (task, model, run, example, turn)
    inner join examples using (task, example)
    where examples.is_tested

)

select * from final
