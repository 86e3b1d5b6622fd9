-- One row per (task, model): pass@1 with its spread over runs (Student's t) and over examples (Wilson).
-- Wilson, JASA 22 (1927), at p = pass@1 and n = examples: runs repeat the examples, they add none.
with

model_runs as (

    select * from model_runs

),

student_t as (

    select * from student_t

),

means as (

    select
        task,
        model,
        count(*) as runs,
        max(examples) as examples,
        -- The mean of the runs' rates: every run has the same examples, so one division is exact.
        sum(passed) / sum(examples) as pass_at_1,
        cast(sum(passed) as bigint) as attempts_passed,
        avg(compile_rate) as compile_rate,
        stddev_samp(pass_rate) as deviation,
        -- Equal rates are compared as they are: a deviation is zero only up to rounding.
        case when count(*) > 1 then min(pass_rate) = max(pass_rate) end as zero_spread
    from model_runs
    group by task, model

),

half_widths as (

    select
        means.*,
        normal.t_975 as z,
        case
            when zero_spread then 0
            else student_t.t_975 * deviation / sqrt(runs)
        end as half_width
    from means
    left join student_t on student_t.degrees_of_freedom = means.runs - 1
    inner join student_t as normal on normal.degrees_of_freedom = 'infinity'

),

wilson as (

    select
        *,
        (pass_at_1 + z ** 2 / (2 * examples)) / (1 + z ** 2 / examples) as centre,
        z / (1 + z ** 2 / examples) * sqrt(
            pass_at_1 * (1 - pass_at_1) / examples + z ** 2 / (4 * examples ** 2)
        ) as wilson_half_width
    from half_widths

),

final as (

    select
        task,
        model,
        runs,
        examples,
        attempts_passed,
        pass_at_1,
        case when half_width is not null then greatest(0, pass_at_1 - half_width) end as ci_low,
        case when half_width is not null then least(1, pass_at_1 + half_width) end as ci_high,
        case when pass_at_1 = 0 then 0 else greatest(0, centre - wilson_half_width) end
            as wilson_low,
        case when pass_at_1 = 1 then 1 else least(1, centre + wilson_half_width) end
            as wilson_high,
        zero_spread,
        compile_rate
    from wilson

)

select * from final
