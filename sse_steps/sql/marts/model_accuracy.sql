-- One row per (task, model): pass@1 with its spread over runs (Student's t) and over examples (Wilson,
-- clustered by example).
with

model_runs as (

    select * from model_runs

),

student_t as (

    select * from student_t

),

wilson_intervals as (

    select * from wilson_intervals
    where turn = 1 and level is null

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
        case
            when zero_spread then 0
            else student_t.t_975 * deviation / sqrt(runs)
        end as half_width
    from means
    left join student_t on student_t.degrees_of_freedom = means.runs - 1

),

final as (

    select
        half_widths.task,
        half_widths.model,
        half_widths.runs,
        half_widths.examples,
        half_widths.attempts_passed,
        half_widths.pass_at_1,
        case when half_width is not null then greatest(0, pass_at_1 - half_width) end as ci_low,
        case when half_width is not null then least(1, pass_at_1 + half_width) end as ci_high,
        wilson_intervals.wilson_low,
        wilson_intervals.wilson_high,
        half_widths.zero_spread,
        half_widths.compile_rate
    from half_widths
    inner join wilson_intervals using (task, model)

)

select * from final
