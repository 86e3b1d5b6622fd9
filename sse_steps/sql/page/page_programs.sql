-- One row per example among the $examples of $task: what the models were asked.
with

programs as (

    select * from programs

),

final as (

    select
        example,
        left(python, $longest) as python,
        left(system_prompt, $longest) as system_prompt,
        left(prompt, $longest) as prompt,
        greatest(
            coalesce(length(python), 0),
            coalesce(length(system_prompt), 0),
            coalesce(length(prompt), 0)
        ) as longest_text
    from programs
    where task = $task and example in (select unnest($examples))

)

select * from final
order by example
