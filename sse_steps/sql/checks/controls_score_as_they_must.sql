-- Rule: The control that must pass scores 100 %, the one that must fail scores 0 %.
-- Remedy: Look at the verdicts of that control.
with

controls as (

    select * from controls

),

final as (

    select
        task,
        model,
        role,
        score,
        expected
    from controls
    where score is distinct from expected
    order by task, model

)

select * from final
