-- One row per (task, model): the share of examples whose Rust, or whose answer in a task of labels,
-- is the same text in every run.
--
-- Only replies that were written count: a reused one agrees by construction and shows nothing.
with

completions as (

    select * from completions
    where turn = 1

),

verdicts as (

    select * from verdicts

),

written as (

    select
        completions.task,
        completions.model,
        completions.example,
        coalesce(completions.rust, verdicts.answer) as text
    from completions
    inner join verdicts using (task, model, run, example, turn)
    where not completions.cached

),

texts as (

    select
        task,
        model,
        example,
        -- Nothing at all is a text of its own, which count(distinct) would leave out.
        count(distinct text) + cast(bool_or(text is null) as integer) as distinct_texts
    from written
    group by task, model, example
    having count(*) > 1

),

final as (

    select
        task,
        model,
        count(*) filter (where distinct_texts = 1) / count(*) as consistency
    from texts
    group by task, model

)

select * from final
