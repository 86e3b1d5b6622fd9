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
        for dx in -1..=1 {
            for dy in -1..=1 {
                if (dx, dy) != (0, 0) {
                    *counts.entry((x + dx, y + dy)).or_insert(0) += 1;
                }
            }
        }
    }
    counts
}
