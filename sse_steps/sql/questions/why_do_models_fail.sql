-- Why do replies fail: no code, rustc's errors, wrong answers, time?
with

outcome_counts as (

    select * from outcome_counts

),

error_codes as (

    select * from error_codes

),

models as (

    select * from models

),

codes as (

    select
        task,
        model,
        list(error_code || ' x ' || verdicts order by rank) filter (where rank <= 3) as most_frequent
    from error_codes
    group by task, model

),

final as (

    select
        outcome_counts.task,
        outcome_counts.model,
        outcome_counts.outcome,
        outcome_counts.verdicts,
        outcome_counts.share,
        codes.most_frequent as most_frequent_errors
    from outcome_counts
    inner join models using (model)
    left join codes
        on
            codes.task = outcome_counts.task
            and codes.model = outcome_counts.model
            and outcome_counts.outcome = 'compile_error'
    where models.role = 'candidate'
    order by outcome_counts.task, outcome_counts.model, outcome_counts.verdicts desc, outcome_counts.outcome

)

select * from final
