-- One row per (task, model): the share of examples whose Rust is the same text in every run.
with

completions as (

    select * from completions

),

texts as (

    select
        task,
        model,
        example,
        count(*) as runs,
        -- No code at all is a text of its own, which count(distinct) would leave out.
        count(distinct rust) + cast(bool_or(rust is null) as integer) as distinct_texts
    from completions
    group by task, model, example

),

final as (

    select
        task,
        model,
        case
            when max(runs) > 1 then count(*) filter (where distinct_texts = 1) / count(*)
        end as consistency
    from texts
    group by task, model

)

select * from final
