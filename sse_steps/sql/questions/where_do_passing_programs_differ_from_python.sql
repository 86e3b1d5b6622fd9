-- Which programs pass their cases and still answer otherwise than the Python?
with

divergences as (

    select * from divergences

),

final as (

    select
        task,
        model,
        example,
        detail,
        verdicts
    from divergences
    order by task, model, example, detail

)

select * from final
