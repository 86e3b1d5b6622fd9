-- One row per (task, place) that no other place dominates in accuracy, cost and latency.
--
-- No pairs are compared. A place dominates a later one if it has no more cost and no more latency. Two
-- places differ in a highest bit: there they are in the two halves of one block. So for each bit, the
-- least latency of the earlier half, up to a place's own cost, is held against its latency: n log n
-- rows in all (divide and conquer: Kung, Luccio and Preparata, Journal of the ACM 22, 1975).
with

frontier_candidates as (

    select * from frontier_candidates

),

places as (

    select
        task,
        place,
        any_value(comparable_cost) as cost,
        any_value(comparable_latency) as latency
    from frontier_candidates
    group by task, place

),

ranks as (

    select
        *,
        greatest(
            place,
            rank() over (partition by task order by cost),
            rank() over (partition by task order by latency)
        ) as worst_rank
    from places

),

-- Whom the strongest allrounder beats in everything need not be compared any more: mostly all but a few.
strongest as (

    select
        task,
        min_by(place, (worst_rank, place)) as place,
        min_by(cost, (worst_rank, place)) as cost,
        min_by(latency, (worst_rank, place)) as latency
    from ranks
    group by task

),

contenders as (

    select places.*
    from places
    inner join strongest using (task)
    where
        places.place <= strongest.place
        or places.cost < strongest.cost
        or places.latency < strongest.latency

),

bits as (

    select
        task,
        unnest(range(length(bin(max(place))))) as bit
    from contenders
    group by task

),

halves as (

    select
        contenders.*,
        bits.bit,
        contenders.place >> (bits.bit + 1) as block,
        (contenders.place >> bits.bit) & 1 = 0 as is_earlier
    from contenders
    inner join bits using (task)

),

held_against as (

    select
        task,
        place,
        latency,
        is_earlier,
        min(case when is_earlier then latency end) over (
            partition by task, bit, block order by cost
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

final as (

    select
        contenders.task,
        contenders.place
    from contenders
    anti join dominated using (task, place)

)

select * from final
