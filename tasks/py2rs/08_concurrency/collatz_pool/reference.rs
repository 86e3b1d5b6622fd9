use std::cmp::Reverse;
use std::env;
use std::iter;
use std::sync::Mutex;
use std::thread;

struct Row {
    start: u64,
    steps: u32,
    highest: u64,
}

fn collatz(start: u64) -> Row {
    let mut value = start;
    let mut highest = start;
    let mut steps = 0;
    while value != 1 {
        value = if value % 2 == 0 {
            value / 2
        } else {
            3 * value + 1
        };
        highest = highest.max(value);
        steps += 1;
    }
    Row {
        start,
        steps,
        highest,
    }
}

/// Measures sequences in threads that share one queue of jobs; returns the rows of each worker.
fn measure(starts: impl Iterator<Item = u64> + Send, workers: u64) -> Vec<Vec<Row>> {
    let jobs = Mutex::new(starts);
    let next_job = || jobs.lock().expect("no worker should panic").next();
    thread::scope(|scope| {
        let pool: Vec<_> = (0..workers)
            .map(|_| scope.spawn(|| iter::from_fn(&next_job).map(collatz).collect()))
            .collect();
        pool.into_iter()
            .map(|worker| worker.join().expect("no worker should panic"))
            .collect()
    })
}

fn main() {
    let numbers: Vec<u64> = env::args()
        .skip(1)
        .map(|text| text.parse().expect("every argument should be a number"))
        .collect();
    let (&workers, starts) = numbers.split_first().expect("arguments are missing");
    let results = measure(starts.iter().copied(), workers);
    let workers = results.len();
    let mut rows: Vec<Row> = results.into_iter().flatten().collect();
    rows.sort_by_key(|row| (Reverse(row.steps), row.start));
    for row in &rows {
        println!("{:>5} {:>4} {}", row.start, row.steps, row.highest);
    }
    let total: u32 = rows.iter().map(|row| row.steps).sum();
    println!("{total} steps by {workers} workers");
}
