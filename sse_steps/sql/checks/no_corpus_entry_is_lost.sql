-- Rule: Every entry of a corpus is usable, untested, unusable or not drawn, and those drawn are judged.
-- Remedy: Run doit again: the corpus, completions and verdicts are from different builds.
with

corpora as (

    select * from corpora

),

examples as (

    select * from examples

),

judged as (

    select
        task,
        count(*) as examples
    from examples
    group by task

),

final as (

    select
        corpora.task,
        corpora.entries,
        corpora.usable,
        corpora.untested,
        corpora.unusable,
        corpora.not_drawn,
        judged.examples as examples_judged
    from corpora
    left join judged using (task)
    where
        corpora.entries <> usable + untested + unusable + not_drawn
        or judged.examples is distinct from usable + untested

)

select * from final
