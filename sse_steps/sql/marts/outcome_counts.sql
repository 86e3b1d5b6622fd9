-- One row per (task, model, outcome) that occurred: why things failed.
with

attempts as (

    select * from attempts

),

final as (

    select
        task,
        model,
        outcome,
        count(*) as verdicts,
        count(*) / sum(count(*)) over (partition by task, model) as share
    from attempts
    group by task, model, outcome

)

select * from final
