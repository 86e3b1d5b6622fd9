-- Rule: Shares lie between 0 and 1, intervals are in order, and more attempts never pass less.
-- Remedy: This is a fault of the statistics: report the row named here as a bug.
with

intervals as (

    select * from intervals

),

pass_at_k as (

    select * from pass_at_k

),

power as (

    select * from power

),

shares as (

    select task, model, method as figure, low as share, high as upper_limit
    from intervals
    union all
    select
        task,
        model,
        concat('pass@', k),
        pass_at_k,
        coalesce(lead(pass_at_k) over (partition by task, model order by k) + 1e-12, 1)
    from pass_at_k
    union all
    select task, null, 'smallest difference', smallest_difference, discordant
    from power

),

final as (

    select * from shares
    where not (share between 0 and upper_limit and upper_limit <= 1 + 1e-12)

)

select * from final
