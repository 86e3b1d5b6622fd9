-- What does one passing program cost, failures paid for?
with

model_metrics as (

    select * from model_metrics

),

final as (

    select
        task,
        model,
        pass_at_1,
        usd_per_example,
        usd_per_pass,
        usd_per_1m_tokens,
        price_note
    from model_metrics
    where role = 'candidate'
    order by task, usd_per_pass nulls last, model

)

select * from final
