-- One row per (task, model, turn) and level, null for all levels: the 95 % interval of the pass rate up to
-- that turn, over examples. It is Wilson's (JASA 22, 1927), clustered by example.
--
-- Runs repeat an example. So the trials are as many independent attempts as would leave the mean over
-- examples as uncertain: one for each example at least, every attempt at most. With one run it is Wilson's
-- own interval. Korn and Graubard, Survey Methodology 24 (1998).
with

tries as (

    select * from tries
    where is_tested

),

student_t as (

    select * from student_t

),

model_turns as (

    select distinct
        task,
        model,
        turn
    from tries

),

-- An example that passed is not asked again, so passes of later turns add up.
example_rates as (

    select
        tries.task,
        tries.model,
        model_turns.turn,
        tries.level,
        tries.example,
        count(*) filter (where tries.turn = 1) as attempts,
        count(*) filter (where tries.passes) as passed
    from model_turns
    inner join tries
        on
            tries.task = model_turns.task
            and tries.model = model_turns.model
            and tries.turn <= model_turns.turn
    group by tries.task, tries.model, model_turns.turn, tries.level, tries.example

),

rates as (

    select
        task,
        model,
        turn,
        level,
        count(*) as examples,
        cast(sum(attempts) as bigint) as attempts,
        sum(passed) / sum(attempts) as pass_rate,
        var_samp(passed / attempts) / count(*) as variance
    from example_rates
    group by grouping sets ((task, model, turn), (task, model, turn, level))
    having grouping(level) = 1 or level is not null

),

trials as (

    select
        rates.*,
        normal.t_975 as z,
        case
            when examples < 2 or pass_rate in (0, 1) then examples
            when variance = 0 then attempts
            else least(
                greatest(
                    pass_rate * (1 - pass_rate) / variance * (normal.t_975 / student_t.t_975) ** 2,
                    examples
                ),
                attempts
            )
        end as trials
    from rates
    left join student_t on student_t.degrees_of_freedom = rates.examples - 1
    inner join student_t as normal on normal.degrees_of_freedom = 'infinity'

),

wilson as (

    select
        *,
        (pass_rate + z ** 2 / (2 * trials)) / (1 + z ** 2 / trials) as centre,
        z / (1 + z ** 2 / trials) * sqrt(
            pass_rate * (1 - pass_rate) / trials + z ** 2 / (4 * trials ** 2)
        ) as half_width
    from trials

),

final as (

    select
        task,
        model,
        turn,
        level,
        examples,
        attempts,
        pass_rate,
        trials,
        case when pass_rate = 0 then 0 else greatest(0, centre - half_width) end as wilson_low,
        case when pass_rate = 1 then 1 else least(1, centre + half_width) end as wilson_high
    from wilson
    order by task, model, turn, level nulls first

)

select * from final
