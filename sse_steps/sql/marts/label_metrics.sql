-- One row per (task, model, label), for tasks with a closed set of labels: how often each was right,
-- and how often it was answered, over all runs. A rate without a denominator is null, and `note`
-- says why. No answer is an answer for no label.
with

verdicts as (

    select * from verdicts
    where label is not null

),

tasks as (

    select * from tasks
    where len(labels) > 0

),

answers as (

    select
        verdicts.task,
        verdicts.model,
        verdicts.label,
        verdicts.answer
    from verdicts
    inner join tasks using (task)

),

names as (

    select
        task,
        label
    from answers
    union
    select
        task,
        answer as label
    from answers
    where answer is not null

),

pairs as (

    select distinct
        answers.task,
        answers.model,
        names.label
    from answers
    inner join names using (task)

),

counts as (

    select
        pairs.task,
        pairs.model,
        pairs.label,
        count(*) filter (where answers.label = pairs.label) as support,
        count(*) filter (where answers.answer = pairs.label) as predicted,
        count(*) filter (where answers.label = pairs.label and answers.answer = pairs.label)
            as correct
    from pairs
    inner join answers using (task, model)
    group by pairs.task, pairs.model, pairs.label

),

final as (

    select
        task,
        model,
        label,
        support,
        predicted,
        correct / nullif(predicted, 0) as precision,
        correct / nullif(support, 0) as recall,
        2 * correct / nullif(support + predicted, 0) as f1,
        case
            when support = 0 and predicted = 0
                then 'It is neither a right answer nor was it answered: no rate is defined.'
            when predicted = 0 then 'It was never answered: precision is not defined.'
            when support = 0 then 'It is the right answer to nothing: recall is not defined.'
            else ''
        end as note
    from counts

)

select * from final
