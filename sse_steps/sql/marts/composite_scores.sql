-- One row per (task, model): the Py2Rs score. 100 x the weights of the levels passed at the first
-- turn / the weights of all levels. A level without examples is not passed, and its mark is a dash.
with

level_metrics as (

    select * from level_metrics

),

levels as (

    select * from levels

),

scored as (

    select distinct
        task,
        model
    from level_metrics

),

final as (

    select
        scored.task,
        scored.model,
        100 * coalesce(sum(levels.weight) filter (where level_metrics.is_passed), 0)
        / sum(levels.weight) as composite_score,
        count(level_metrics.level) as levels_tested,
        count(*) filter (where level_metrics.is_passed) as levels_passed,
        coalesce(
            list(levels.level order by levels.level) filter (where level_metrics.is_passed), []
        ) as passed_levels,
        coalesce(
            list(levels.level order by levels.level) filter (where level_metrics.is_passed_later),
            []
        ) as levels_passed_later,
        string_agg(coalesce(level_metrics.mark, '–'), '' order by levels.level) as marks
    from scored
    cross join levels
    left join level_metrics
        on
            level_metrics.task = scored.task
            and level_metrics.model = scored.model
            and level_metrics.level = levels.level
    group by scored.task, scored.model

)

select * from final
