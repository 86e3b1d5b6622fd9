-- One row per (task, model): the share of examples whose Rust is the same text in every run.
--
-- Only replies that were written count: a reused one agrees by construction and shows nothing.
with

completions as (

    select * from completions
    where turn = 1

),

texts as (

    select
        task,
        model,
        example,
        -- No code at all is a text of its own, which count(distinct) would leave out.
        count(distinct rust) + cast(bool_or(rust is null) as integer) as distinct_texts
    from completions
    where not cached
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
