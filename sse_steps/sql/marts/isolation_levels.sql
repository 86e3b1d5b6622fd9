-- One row per (task, isolation level, what it leaves open) under which code was compiled or run,
-- in any turn.
with

verdicts as (

    select * from verdicts
    where outcome not in ('no_answer', 'no_code', 'untested')

),

final as (

    select
        task,
        isolation,
        not_enforced,
        count(*) as verdicts
    from verdicts
    group by task, isolation, not_enforced

)

select * from final
