-- What does another try after the compiler's message bring, and what does it cost?
with

turns as (

    select * from turns

),

final as (

    select
        task,
        model,
        turn,
        asked,
        passed_here,
        pass_rate_so_far,
        cost_usd,
        usd_per_pass_so_far,
        latency_so_far_p50_ms
    from turns
    order by task, model, turn

)

select * from final
