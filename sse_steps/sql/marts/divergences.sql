-- One row per (task, model, example, smallest diverging input): what the cases did not catch.
with

verdicts as (

    select * from verdicts
    where equivalence = 'diverged' and turn = 1

),

final as (

    select
        task,
        model,
        example,
        equivalence_detail as detail,
        count(*) as verdicts
    from verdicts
    group by task, model, example, equivalence_detail

)

select * from final
