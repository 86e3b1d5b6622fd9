-- One row per program of a corpus that was drawn, its types pinned.
with

source as (

    select * from raw_programs

),

final as (

    select
        cast(task as varchar) as task,
        cast(example as varchar) as example,
        cast(python as varchar) as python,
        cast(signature as varchar) as signature,
        cast(system_prompt as varchar) as system_prompt,
        cast(prompt as varchar) as prompt,
        cast(cases as varchar) as cases,
        cast(reference as varchar) as reference
    from source

)

select * from final
