-- Which differences between candidates are more than chance?
with

pairwise_tests as (

    select * from pairwise_tests

),

final as (

    select
        task,
        model,
        other,
        difference,
        low,
        high,
        only_model,
        only_other,
        p_mcnemar,
        p_holm,
        is_significant,
        note
    from pairwise_tests
    order by task, p_holm, model, other

)

select * from final
