use std::collections::{HashMap, HashSet};

type Cell = (i64, i64);

/// Conway's Game of Life on an endless board: the living cells after some generations.
pub fn life(
    cells: &std::collections::HashSet<(i64, i64)>,
    generations: i64,
) -> std::collections::HashSet<(i64, i64)> {
    let mut alive = cells.clone();
    for _ in 0..generations {
        alive = count_neighbours(&alive)
            .into_iter()
            .filter(|(cell, count)| *count == 3 || (*count == 2 && alive.contains(cell)))
            .map(|(cell, _)| cell)
            .collect();
    }
    alive
}

fn count_neighbours(alive: &HashSet<Cell>) -> HashMap<Cell, u8> {
    let mut counts = HashMap::new();
    for &(x, y) in alive {
        for near_x in x - 1..=x + 1 {
            for near_y in y - 1..=y + 1 {
                if (near_x, near_y) != (x, y) {
                    *counts.entry((near_x, near_y)).or_insert(0) += 1;
                }
            }
        }
    }
    counts
}
