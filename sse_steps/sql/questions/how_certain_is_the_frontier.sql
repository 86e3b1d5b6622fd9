-- Would other examples of the same kind have put the same models on the frontier?
with

frontier as (

    select * from frontier

),

frontier_probability as (

    select * from frontier_probability

),

final as (

    select
        frontier.task,
        frontier.model,
        frontier.on_frontier,
        frontier_probability.on_frontier as probability,
        frontier.on_convex_frontier,
        frontier_probability.on_convex_frontier as convex_probability,
        frontier_probability.resamples,
        frontier_probability.note
    from frontier
    left join frontier_probability using (task, model)
    order by frontier.task, probability desc nulls last, frontier.model

)

select * from final
