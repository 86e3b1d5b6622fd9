-- One row per (task, model, level) that has tested examples. A level counts as passed when at least
-- half of its attempts pass.
with

attempts as (

    select * from attempts
    where is_tested

),

levels as (

    select * from levels

),

counts as (

    select
        task,
        model,
        level,
        count(distinct example) as examples,
        count(*) as attempts,
        count(*) filter (where passes) as attempts_passed
    from attempts
    group by task, model, level

),

final as (

    select
        counts.task,
        counts.model,
        counts.level,
        levels.name,
        levels.difficulty,
        levels.weight,
        counts.examples,
        -- Mean over runs: 5 of 6 where every run agrees, 4.6 of 6 where they do not.
        counts.examples * counts.attempts_passed / counts.attempts as examples_passed,
        counts.attempts_passed / counts.attempts as pass_rate,
        2 * counts.attempts_passed >= counts.attempts as is_passed
    from counts
    inner join levels using (level)

)

select * from final
