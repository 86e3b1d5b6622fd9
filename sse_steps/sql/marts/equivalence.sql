-- One row per (task, model) with passing functions: how they compared with their Python.
with

verdicts as (

    select * from verdicts
    where equivalence is not null and turn = 1

),

final as (

    select
        task,
        model,
        count(*) filter (equivalence <> 'not_checked') as checked,
        count(*) filter (equivalence = 'equal') as equal,
        count(*) filter (equivalence = 'diverged') as diverged,
        count(*) filter (equivalence = 'not_checked') as not_checked,
        cast(sum(equivalence_inputs) as bigint) as inputs
    from verdicts
    group by task, model

)

select * from final
