-- One row per verdict, its types pinned: a Parquet file whose column is all null has lost its type.
with

source as (

    select * from raw_verdicts

),

final as (

    select
        cast(task as varchar) as task,
        cast(model as varchar) as model,
        cast(run as bigint) as run,
        cast(example as varchar) as example,
        cast(level as bigint) as level,
        cast(outcome as varchar) as outcome,
        cast(compiles as boolean) as compiles,
        cast(tests_run as bigint) as tests_run,
        cast(tests_passed as bigint) as tests_passed,
        cast(tests_total as bigint) as tests_total,
        cast(error_code as varchar) as error_code,
        cast(diagnostics as varchar) as diagnostics,
        cast(isolation as varchar) as isolation,
        cast(not_enforced as varchar) as not_enforced,
        cast(equivalence as varchar) as equivalence,
        cast(equivalence_inputs as bigint) as equivalence_inputs,
        cast(equivalence_detail as varchar) as equivalence_detail,
        cast(turn as bigint) as turn,
        cast(answer as varchar) as answer,
        cast(label as varchar) as label,
        cast(score as double) as score
    from source

)

select * from final
