-- How far up the ten levels does a model get?
with

level_metrics as (

    select * from level_metrics

),

models as (

    select * from models

),

final as (

    select
        level_metrics.task,
        level_metrics.level,
        level_metrics.name,
        level_metrics.examples,
        level_metrics.model,
        level_metrics.pass_rate,
        level_metrics.is_passed
    from level_metrics
    inner join models using (model)
    where models.role = 'candidate'
    order by level_metrics.task, level_metrics.model, level_metrics.level

)

select * from final
