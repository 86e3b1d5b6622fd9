-- Do the controls score what they must, and in what isolation was the code judged?
with

controls as (

    select * from controls

),

isolation_levels as (

    select * from isolation_levels

),

levels as (

    select
        task,
        list(distinct isolation order by isolation) as isolation,
        list(distinct not_enforced order by not_enforced) as not_enforced
    from isolation_levels
    group by task

),

final as (

    select
        controls.task,
        controls.model as control,
        controls.score,
        controls.expected,
        levels.isolation,
        levels.not_enforced
    from controls
    left join levels using (task)
    order by controls.task, controls.model

)

select * from final
