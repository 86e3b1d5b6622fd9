-- One row per (task, model, run, example, turn): how long all tries up to this turn took together.
--
-- As in model_latency, a reused reply was not timed and a failed one not waited for, and replies to a
-- model's first batch count only in a turn that has no others. Where one of the tries has no latency
-- in this sense, the sum has none.
with

tries as (

    select * from tries
    where is_tested

),

models as (

    select * from models

),

candidates as (

    select
        tries.*,
        not tries.is_cached and tries.is_answered as is_live
    from tries
    inner join models using (model)
    where models.role = 'candidate'

),

timed as (

    select
        *,
        is_live
        and is_cold = bool_and(is_cold) filter (where is_live) over (partition by task, model, turn)
            as is_basis
    from candidates

),

model_turns as (

    select distinct
        task,
        model,
        turn
    from candidates

),

-- An example that passed is not asked again, and has in later turns what it took until then.
final as (

    select
        timed.task,
        timed.model,
        timed.run,
        timed.example,
        model_turns.turn,
        case when bool_and(timed.is_basis) then fsum(timed.latency_ms) end as latency_so_far_ms,
        max(timed.latency_ms) filter (where timed.is_basis and timed.turn = model_turns.turn)
            as latency_ms
    from model_turns
    inner join timed
        on
            timed.task = model_turns.task
            and timed.model = model_turns.model
            and timed.turn <= model_turns.turn
    group by timed.task, timed.model, timed.run, timed.example, model_turns.turn

)

select * from final
