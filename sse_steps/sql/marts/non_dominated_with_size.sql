-- One row per (task, model) of known size that no other dominates in accuracy, cost, latency and size.
--
-- As in non_dominated, with two orders: whoever dominates comes earlier in both, by size and by
-- accuracy. Two candidates are in the two halves of just one block of each, so n log² n rows.
with

frontier_candidates as (

    select * from frontier_candidates

),

ordered as (

    select
        task,
        model,
        comparable_cost as cost,
        comparable_latency as latency,
        dense_rank() over (
            partition by task
            order by size_bytes, accuracy desc, comparable_cost, comparable_latency
        ) - 1 as size_place,
        dense_rank() over (
            partition by task
            order by accuracy desc, comparable_cost, comparable_latency, size_bytes
        ) - 1 as place
    from frontier_candidates
    where size_bytes is not null

),

points as (

    select distinct
        task,
        place,
        size_place,
        cost,
        latency
    from ordered

),

ranks as (

    select
        *,
        greatest(
            place,
            size_place,
            rank() over (partition by task order by cost),
            rank() over (partition by task order by latency)
        ) as worst_rank
    from points

),

strongest as (

    select
        task,
        min_by(place, (worst_rank, place)) as place,
        min_by(size_place, (worst_rank, place)) as size_place,
        min_by(cost, (worst_rank, place)) as cost,
        min_by(latency, (worst_rank, place)) as latency
    from ranks
    group by task

),

contenders as (

    select points.*
    from points
    inner join strongest using (task)
    where
        points.place <= strongest.place
        or points.size_place <= strongest.size_place
        or points.cost < strongest.cost
        or points.latency < strongest.latency

),

bits as (

    select
        task,
        unnest(range(length(bin(max(greatest(place, size_place)))))) as bit
    from contenders
    group by task

),

halves as (

    select
        contenders.*,
        bits.bit,
        size_bits.bit as size_bit,
        contenders.place >> (bits.bit + 1) as block,
        contenders.size_place >> (size_bits.bit + 1) as size_block,
        (contenders.place >> bits.bit) & 1 = 0 as is_earlier
    from contenders
    inner join bits using (task)
    inner join bits as size_bits using (task)
    where (contenders.place >> bits.bit) & 1 = (contenders.size_place >> size_bits.bit) & 1

),

held_against as (

    select
        task,
        place,
        latency,
        is_earlier,
        min(case when is_earlier then latency end) over (
            partition by task, bit, block, size_bit, size_block order by cost
        ) as least_latency
    from halves

),

dominated as (

    select distinct
        task,
        place
    from held_against
    where not is_earlier and least_latency <= latency

),

undominated as (

    select
        contenders.task,
        contenders.place
    from contenders
    anti join dominated using (task, place)

),

final as (

    select
        ordered.task,
        ordered.model
    from ordered
    inner join undominated using (task, place)

)

select * from final
