-- How much of each task's corpus could be used, where entries = usable + untested + unusable + not_drawn.
with

stg_corpora as (

    select * from stg_corpora

),

final as (

    select * from stg_corpora
    order by task

)

select * from final
