-- One row per (task, model), for tasks of labels: rates over all runs. No answer counts as wrong.
-- What a task has no use for is null: F1 of words where answers are labels of a closed set or are
-- graded by exact match, accuracy and macro F1 where answers are any text.
with

verdicts as (

    select * from verdicts
    where label is not null

),

tasks as (

    select * from tasks

),

label_metrics as (

    select * from label_metrics

),

rates as (

    select
        task,
        model,
        count(*) as verdicts,
        count(*) filter (where outcome = 'passed') / count(*) as exact_match,
        avg(score) as mean_score,
        count(answer) / count(*) as answered
    from verdicts
    group by task, model

),

-- A label that is neither right nor answered has no F1, and no part in the mean.
macro as (

    select
        task,
        model,
        avg(f1) as macro_f1
    from label_metrics
    group by task, model

),

final as (

    select
        rates.task,
        rates.model,
        rates.verdicts,
        rates.exact_match,
        case when tasks.answer_metric = 'f1' then rates.mean_score end as mean_f1,
        case when len(tasks.labels) > 0 then rates.exact_match end as accuracy,
        macro.macro_f1,
        rates.answered
    from rates
    left join tasks using (task)
    left join macro using (task, model)

)

select * from final
