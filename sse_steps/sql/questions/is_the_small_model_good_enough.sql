-- Can a model take the most accurate one's place: what does it give up, and what does it save?
with

frontier as (

    select * from frontier

),

model_metrics as (

    select * from model_metrics

),

pairwise_tests as (

    select * from pairwise_tests

),

best as (

    select distinct on (task)
        task,
        model
    from frontier
    inner join model_metrics using (task, model)
    order by
        task,
        frontier.accuracy_gap,
        frontier.on_frontier desc,
        coalesce(model_metrics.usd_per_example, 'infinity'),
        coalesce(model_metrics.latency_p50_ms, 'infinity'),
        model

),

tests as (

    -- A pair is stored once; here each of the two comes first once.
    select task, model, other, is_significant from pairwise_tests
    union all
    select task, other, model, is_significant from pairwise_tests

),

final as (

    select
        frontier.task,
        frontier.model,
        best.model as most_accurate,
        frontier.accuracy_gap,
        frontier.cost_ratio as times_cheaper,
        frontier.latency_ratio as times_faster,
        frontier.value_score,
        tests.is_significant as gap_is_significant
    from frontier
    inner join model_metrics using (task, model)
    inner join best using (task)
    left join tests
        on tests.task = frontier.task and tests.model = best.model and tests.other = frontier.model
    where frontier.model <> best.model
    order by frontier.task, frontier.accuracy_gap, frontier.model

)

select * from final
