-- Rule: Tests passed <= tests run <= tests there are, and a pass is every test run and passed.
-- Remedy: This is a fault of the judge: report the verdict named here as a bug.
with

verdicts as (

    select * from verdicts

),

final as (

    select
        task,
        model,
        run,
        example,
        turn,
        outcome,
        compiles,
        tests_run,
        tests_passed,
        tests_total
    from verdicts
    where
        not (tests_passed between 0 and tests_run)
        or tests_run > tests_total
        or (
            outcome = 'passed'
            and not (coalesce(compiles, true) and tests_total > 0 and tests_passed = tests_total)
        )

)

select * from final
