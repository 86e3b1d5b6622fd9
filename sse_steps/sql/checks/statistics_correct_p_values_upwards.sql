-- Rule: Every p value lies between 0 and 1, Holm's between the raw one and Bonferroni's.
-- Remedy: This is a fault of the statistics: report the pair named here as a bug.
with

pairwise_tests as (

    select * from pairwise_tests

),

final as (

    select
        task,
        model,
        other,
        p_mcnemar,
        p_holm,
        p_bonferroni,
        p_paired_t,
        p_welch
    from pairwise_tests
    where not (
        p_mcnemar between 0 and 1
        and p_bonferroni between 0 and 1
        -- A product may round away from the sum that it equals.
        and p_holm between p_mcnemar and p_bonferroni + 1e-12
        and coalesce(p_paired_t, 0) between 0 and 1
        and coalesce(p_welch, 0) between 0 and 1
        -- A first run that all runs contradict shows nothing; equal means may differ by rounding.
        and is_significant
        = (p_holm <= 0.05 and (only_model - only_other) * difference > 1e-12)
    )

)

select * from final
