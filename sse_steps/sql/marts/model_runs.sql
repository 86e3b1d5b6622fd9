-- One row per (task, model, run): the rates whose mean and spread over runs are reported.
with

attempts as (

    select * from attempts
    where is_tested

),

final as (

    select
        task,
        model,
        run,
        count(*) as examples,
        count(*) filter (where passes) as passed,
        count(*) filter (where passes) / count(*) as pass_rate,
        -- Null where there is nothing to compile.
        count(*) filter (where compiles) / nullif(count(compiles), 0) as compile_rate
    from attempts
    group by task, model, run

)

select * from final
