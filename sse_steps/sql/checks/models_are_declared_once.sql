-- Rule: Every model with completions is declared, once, with a known role.
-- Remedy: Give the model one file under conf/model, with a role.
with

completions as (

    select * from completions

),

models as (

    select * from models

),

seen as (

    select distinct model
    from completions

),

final as (

    select
        seen.model,
        count(models.model) as declarations,
        any_value(models.role) as role
    from seen
    left join models using (model)
    group by seen.model
    having
        count(models.model) <> 1
        or any_value(models.role) not in ('candidate', 'control_pass', 'control_fail')

)

select * from final
