-- One row per (task, model), controls included: everything that is measured about it.
with

models as (

    select * from models

),

model_costs as (

    select * from model_costs

),

model_accuracy as (

    select * from model_accuracy

),

model_latency as (

    select * from model_latency

),

model_consistency as (

    select * from model_consistency

),

composite_scores as (

    select * from composite_scores

),

verification_costs as (

    select * from verification_costs

),

final as (

    select
        model_costs.task,
        model_costs.model,
        models.role,
        coalesce(model_accuracy.runs, 0) as runs,
        coalesce(model_accuracy.examples, 0) as examples,
        model_accuracy.pass_at_1,
        model_accuracy.ci_low,
        model_accuracy.ci_high,
        model_accuracy.wilson_low,
        model_accuracy.wilson_high,
        model_accuracy.zero_spread,
        model_accuracy.compile_rate,
        composite_scores.composite_score,
        model_costs.without_tokens,
        model_costs.prompt_tokens,
        model_costs.completion_tokens,
        model_costs.prompt_usd,
        model_costs.completion_usd,
        model_costs.usd_per_1m_tokens,
        model_costs.usd_per_example,
        model_costs.usd_per_pass,
        verification_costs.verification_usd_per_example,
        model_latency.latency_p50_ms,
        model_latency.latency_p95_ms,
        model_latency.latency_p99_ms,
        model_latency.latency_cold_ms,
        model_latency.latency_basis,
        coalesce(model_latency.latency_measurements, 0) as latency_measurements,
        model_latency.latency_batch_size,
        model_consistency.consistency,
        models.size_bytes,
        models.description,
        models.price_note,
        model_costs.completions,
        model_costs.cached,
        model_costs.replayed,
        model_costs.cut_off,
        model_costs.timed_out,
        model_costs.failed,
        model_costs.first_error,
        model_costs.infrastructure_errors
    from model_costs
    left join models using (model)
    left join model_accuracy using (task, model)
    left join model_latency using (task, model)
    left join model_consistency using (task, model)
    left join composite_scores using (task, model)
    left join verification_costs using (task, model)

)

select * from final
