-- Rule: In every run every model of a task is judged on the same examples.
-- Remedy: Run doit again until every model of the task has finished, or name the finished ones with models=[...].
with

attempts as (

    select * from attempts

),

runs as (

    select
        task,
        model,
        run,
        count(distinct example) as examples
    from attempts
    group by task, model, run

),

tasks as (

    select
        task,
        count(distinct example) as examples
    from attempts
    group by task

),

final as (

    select
        runs.task,
        runs.model,
        runs.run,
        runs.examples,
        tasks.examples as examples_of_the_task
    from runs
    inner join tasks using (task)
    where runs.examples <> tasks.examples

)

select * from final
