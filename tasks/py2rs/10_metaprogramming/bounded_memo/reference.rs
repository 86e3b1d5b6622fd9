use std::collections::{HashMap, VecDeque};
use std::env;

type Key = (u32, u32);

/// How to find the number of paths for other sizes: with a cache or without.
trait Solver {
    fn solve(&mut self, key: Key) -> u64;
}

/// The number of paths on a grid, given a way to solve smaller grids.
fn paths((rows, columns): Key, solver: &mut impl Solver) -> u64 {
    if rows == 0 || columns == 0 {
        1
    } else {
        solver.solve((rows - 1, columns)) + solver.solve((rows, columns - 1))
    }
}

/// Counts its calls.
#[derive(Default)]
struct Plain {
    calls: u32,
}

impl Solver for Plain {
    fn solve(&mut self, key: Key) -> u64 {
        self.calls += 1;
        paths(key, self)
    }
}

/// Counts its calls and remembers the newest results, at most `limit` of them.
#[derive(Default)]
struct Cached {
    limit: usize,
    calls: u32,
    results: HashMap<Key, u64>,
    ages: VecDeque<Key>,
}

impl Solver for Cached {
    fn solve(&mut self, key: Key) -> u64 {
        if let Some(&result) = self.results.get(&key) {
            return result;
        }
        self.calls += 1;
        let result = paths(key, self);
        self.results.insert(key, result);
        self.ages.push_back(key);
        if self.ages.len() > self.limit {
            self.ages
                .pop_front()
                .and_then(|oldest| self.results.remove(&oldest));
        }
        result
    }
}

fn main() {
    let numbers: Vec<u32> = env::args()
        .skip(1)
        .map(|text| text.parse().expect("every argument should be a number"))
        .collect();
    let [rows, columns, limit] = numbers[..] else {
        panic!("three arguments are needed");
    };
    let mut plain = Plain::default();
    let mut cached = Cached {
        limit: limit as usize,
        ..Cached::default()
    };
    let count = plain.solve((rows, columns));
    let same = cached.solve((rows, columns));
    println!("{count} paths, {same} with a cache");
    println!("cached {}, plain {}", cached.calls, plain.calls);
}
