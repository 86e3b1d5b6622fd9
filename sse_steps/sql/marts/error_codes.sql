-- One row per (task, model, rustc error code), the most frequent first.
with

attempts as (

    select * from attempts
    where error_code is not null

),

final as (

    select
        task,
        model,
        error_code,
        count(*) as verdicts,
        row_number() over (
            partition by task, model
            order by count(*) desc, error_code
        ) as rank
    from attempts
    group by task, model, error_code

)

select * from final
