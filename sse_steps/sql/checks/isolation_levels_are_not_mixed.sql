-- Rule: One table never mixes isolation levels.
-- Remedy: Judge all of the task on one machine: delete its folder under results/verdicts and run doit again.
with

isolation_levels as (

    select * from isolation_levels

),

final as (

    select
        task,
        string_agg(isolation, ', ' order by isolation) as isolation_levels
    from isolation_levels
    group by task
    having count(*) > 1

)

select * from final
