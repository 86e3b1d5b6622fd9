-- One row per (task, model, level) that has tested examples. A level counts as passed when at least
-- half of its attempts pass. It has the mark of the first turn, of a later one, or of none.
with

attempts as (

    select * from attempts
    where is_tested

),

tries as (

    select * from tries
    where is_tested

),

levels as (

    select * from levels

),

-- An example that passed is not asked again, so passes of later turns add up.
later as (

    select
        task,
        model,
        level,
        count(*) as attempts_passed
    from tries
    where turn > 1 and passes
    group by task, model, level

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

rates as (

    select
        counts.*,
        counts.attempts_passed / counts.attempts as pass_rate,
        2 * counts.attempts_passed >= counts.attempts as is_passed,
        counts.attempts_passed + coalesce(later.attempts_passed, 0) as passed_so_far
    from counts
    left join later using (task, model, level)

),

final as (

    select
        rates.task,
        rates.model,
        rates.level,
        levels.name,
        levels.difficulty,
        levels.weight,
        rates.examples,
        -- Mean over runs: 5 of 6 where every run agrees, 4.6 of 6 where they do not.
        rates.examples * rates.attempts_passed / rates.attempts as examples_passed,
        rates.pass_rate,
        rates.is_passed,
        rates.passed_so_far / rates.attempts as pass_rate_after_all_turns,
        not rates.is_passed and 2 * rates.passed_so_far >= rates.attempts as is_passed_later,
        case
            when rates.is_passed then '●'
            when 2 * rates.passed_so_far >= rates.attempts then '◐'
            else '○'
        end as mark
    from rates
    inner join levels using (level)

)

select * from final
