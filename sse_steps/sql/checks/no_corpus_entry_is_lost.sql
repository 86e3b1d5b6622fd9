-- Rule: Every entry of a corpus is usable, untested, unusable or not drawn, and those drawn are judged.
-- Remedy: Run doit again: the corpus, completions and verdicts are from different builds.
with

corpora as (

    select * from corpora

),

examples as (

    select * from examples

),

skipped_models as (

    select * from skipped_models

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
        or judged.examples <> usable + untested
        -- Where every model was skipped nothing was judged, and the report names them all.
        or (judged.examples is null and corpora.task not in (select task from skipped_models))

)

select * from final
