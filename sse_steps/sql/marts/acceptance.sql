-- One row per (task, candidate, criterion): may the model take the most accurate one's place?
--
-- A null is_met is not known, and note says why. The yardstick is the first of the frontier's best:
-- the most accurate, of equals the cheaper, the faster, the first by name. The distance to the
-- frontier is the accuracy that a model lacks at its own cost and latency: that of the most accurate
-- model that costs no more and takes no longer, minus its own.
with

stg_criteria as (

    select * from stg_criteria

),

model_metrics as (

    select * from model_metrics

),

frontier as (

    select * from frontier

),

engines as (

    select * from engines

),

batches as (

    select
        task,
        model,
        max(batch_size_max) as batch_size
    from engines
    group by task, model

),

candidates as (

    select
        frontier.task,
        frontier.model,
        frontier.on_frontier,
        frontier.accuracy_gap,
        frontier.cost_ratio,
        model_metrics.pass_at_1 as accuracy,
        model_metrics.usd_per_example as cost,
        coalesce(model_metrics.usd_per_example, 'infinity') as comparable_cost,
        coalesce(model_metrics.latency_p50_ms, 'infinity') as comparable_latency,
        model_metrics.latency_p99_ms,
        model_metrics.latency_measurements,
        model_metrics.replayed,
        model_metrics.consistency,
        model_metrics.runs,
        batches.batch_size
    from frontier
    inner join model_metrics using (task, model)
    left join batches using (task, model)

),

ranked as (

    select
        *,
        count(*) over (partition by task) = 1 as is_alone,
        row_number() over by_rank = 1 as is_yardstick,
        first_value(cost) over by_rank as yardstick_cost
    from candidates
    window by_rank as (
        partition by task
        order by accuracy desc, comparable_cost, comparable_latency, model
    )

),

distances as (

    select
        behind.task,
        behind.model,
        max(better.accuracy) - behind.accuracy as frontier_distance
    from candidates as behind
    inner join candidates as better
        on
            better.task = behind.task
            and better.on_frontier
            and better.accuracy >= behind.accuracy
            and better.comparable_cost <= behind.comparable_cost
            and better.comparable_latency <= behind.comparable_latency
    where not behind.on_frontier
    group by behind.task, behind.model, behind.accuracy

),

remarks as (

    select
        ranked.*,
        distances.frontier_distance,
        case
            when is_alone then 'There is no other candidate to hold it against.'
            when is_yardstick then 'It is the most accurate, which the others are held against.'
        end as without_rival,
        concat_ws(
            ' ',
            case when replayed > 0 then 'Measured when it was recorded.' end,
            case
                when batch_size > 1
                    then 'A reply waits for its batch, here of up to ' || batch_size || '.'
            end,
            case
                when latency_measurements < 100
                    then 'Replies timed: ' || latency_measurements
                        || ', too few for one in a hundred.'
            end
        ) as about_latency
    from ranked
    left join distances using (task, model)

),

findings as (

    select
        task,
        model,
        'accuracy_gap' as criterion,
        case when without_rival is null and accuracy > 0 then accuracy_gap end as found,
        case when accuracy = 0 then false end as decided,
        case when accuracy = 0 then 'It passes nothing.' else coalesce(without_rival, '') end
            as note
    from remarks

    union all

    select
        task,
        model,
        'cost_ratio' as criterion,
        case when without_rival is null then cost_ratio end as found,
        case when without_rival is null and cost = 0 and yardstick_cost > 0 then true end
            as decided,
        case
            when without_rival is not null then without_rival
            when cost is null then 'What it costs is not known.'
            when yardstick_cost is null then 'What the most accurate model costs is not known.'
            when cost = 0 and yardstick_cost > 0 then 'It costs nothing.'
            else ''
        end as note
    from remarks

    union all

    select
        task,
        model,
        'latency_p99_ms' as criterion,
        latency_p99_ms as found,
        null as decided,
        case when latency_p99_ms is null then 'It was never timed live.' else about_latency end
            as note
    from remarks

    union all

    select
        task,
        model,
        'deterministic' as criterion,
        consistency as found,
        null as decided,
        case
            when consistency is not null then ''
            when runs < 2 then 'One run repeats nothing.'
            else 'Every later run reused the replies of an earlier one.'
        end as note
    from remarks

    union all

    select
        task,
        model,
        'frontier_distance' as criterion,
        case when not is_alone and accuracy > 0 then coalesce(frontier_distance, 0) end as found,
        case when accuracy = 0 then false end as decided,
        case
            when accuracy = 0 then 'It passes nothing.'
            when is_alone then without_rival
            when on_frontier then 'On the frontier.'
            else ''
        end as note
    from remarks

),

final as (

    select
        findings.task,
        findings.model,
        findings.criterion,
        findings.found,
        stg_criteria.threshold,
        case
            when findings.decided is not null then findings.decided
            when findings.criterion = 'cost_ratio' then findings.found >= stg_criteria.threshold
            when findings.criterion = 'latency_p99_ms' then findings.found < stg_criteria.threshold
            when findings.criterion = 'deterministic' then findings.found > stg_criteria.threshold
            -- Rounded: 0.93 - 0.88 is a little more than 0.05 in binary.
            else round(findings.found, 9) <= stg_criteria.threshold
        end as is_met,
        findings.note
    from findings
    inner join stg_criteria using (criterion)
    order by findings.task, findings.model, findings.criterion

)

select * from final
