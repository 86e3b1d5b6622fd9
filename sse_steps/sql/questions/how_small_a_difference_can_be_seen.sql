-- How small a difference of pass rates could these examples show at all?
with

power as (

    select * from power

),

final as (

    select
        task,
        examples,
        pairs,
        discordant,
        smallest_difference,
        note
    from power
    order by task, discordant

)

select * from final
