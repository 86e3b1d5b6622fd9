-- How much do results vary from run to run, and how much from example to example?
with

spread as (

    select * from spread

),

final as (

    select
        task,
        model,
        runs,
        examples,
        pass_at_1,
        between_runs,
        between_examples,
        within_examples,
        consistent,
        note
    from spread
    order by task, model

)

select * from final
