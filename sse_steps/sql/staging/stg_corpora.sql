-- One row per task: how much of its corpus could be used.
with

source as (

    select * from raw_corpora

),

final as (

    select
        cast(task as varchar) as task,
        cast(entries as bigint) as entries,
        cast(usable as bigint) as usable,
        cast(untested as bigint) as untested,
        cast(unusable as bigint) as unusable,
        cast(not_drawn as bigint) as not_drawn,
        cast(cases as bigint) as cases,
        cast(cases_left_out as bigint) as cases_left_out
    from source

)

select * from final
