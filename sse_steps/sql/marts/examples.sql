-- One row per (task, example). An example without a case that can be run counts for no model.
with

verdicts as (

    select * from verdicts

),

final as (

    select
        task,
        example,
        min(level) as level,
        bool_and(tests_total > 0 and outcome <> 'untested') as is_tested
    from verdicts
    group by task, example

)

select * from final
