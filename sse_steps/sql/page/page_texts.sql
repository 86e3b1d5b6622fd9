-- One row per candidate's attempt at one of the $examples of $task, long texts cut at $longest.
with

completions as (

    select * from completions

),

verdicts as (

    select * from verdicts

),

models as (

    select * from models

),

final as (

    select
        completions.example,
        completions.model,
        completions.run,
        completions.turn,
        verdicts.outcome,
        verdicts.tests_passed,
        verdicts.tests_total,
        verdicts.error_code,
        left(completions.rust, $longest) as rust,
        case when completions.rust is null then left(completions.reply, $longest) end as reply,
        left(verdicts.diagnostics, $longest) as diagnostics,
        left(verdicts.equivalence_detail, $longest) as divergence,
        left(verdicts.answer, $longest) as answer,
        left(verdicts.label, $longest) as label,
        verdicts.score,
        left(completions.error, $longest) as error,
        completions.latency_s,
        completions.cost_usd,
        completions.cached,
        -- Said with a cut text: how long it is.
        greatest(
            coalesce(length(completions.rust), length(completions.reply), 0),
            coalesce(length(verdicts.diagnostics), 0),
            coalesce(length(verdicts.equivalence_detail), 0),
            coalesce(length(verdicts.answer), 0),
            coalesce(length(verdicts.label), 0),
            coalesce(length(completions.error), 0)
        ) as longest_text
    from completions
    inner join verdicts using (task, model, run, example, turn)
    inner join models using (model)
    where
        models.role = 'candidate'
        and completions.task = $task
        and completions.example in (select unnest($examples))

)

select * from final
order by example, model, run, turn
