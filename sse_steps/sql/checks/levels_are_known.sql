-- Rule: An example has one level in a task, a Py2Rs level, 1 to 10, or none in a task of labels.
-- Remedy: Mend the level of that example in the corpus and run doit again.
with

completions as (

    select * from completions

),

verdicts as (

    select * from verdicts

),

levels as (

    select * from levels

),

tasks as (

    select * from tasks

),

seen as (

    select
        task,
        example,
        level
    from completions
    union
    select
        task,
        example,
        level
    from verdicts

),

final as (

    select
        seen.task,
        seen.example,
        string_agg(cast(seen.level as varchar), ', ' order by seen.level) as levels
    from seen
    left join levels using (level)
    left join tasks using (task)
    group by seen.task, seen.example
    having
        count(*) > 1
        or (count(levels.level) = 0) <> coalesce(bool_or(tasks.ground_truth = 'labels'), false)
        -- A level that there is not, in a task without levels.
        or count(seen.level) > count(levels.level)

)

select * from final
