-- One row per (task, model): what compiling and testing its replies took of this machine, an example.
-- Models do not pay for it: it is shown apart. A verdict that was reused keeps what it took then.
with

verdicts as (

    select * from verdicts
    where turn = 1

),

prices as (

    select * from prices

),

final as (

    select
        verdicts.task,
        verdicts.model,
        avg(verdicts.compile_s) as compile_s,
        avg(verdicts.run_s) as run_s,
        avg(verdicts.compile_s + verdicts.run_s) * any_value(prices.usd_per_second)
            as verification_usd_per_example
    from verdicts
    cross join prices
    group by verdicts.task, verdicts.model

)

select * from final
