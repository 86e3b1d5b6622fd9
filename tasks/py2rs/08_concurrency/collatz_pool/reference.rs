use std::cmp::Reverse;
use std::env;
use std::sync::{mpsc, Mutex};
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

/// Measures the sequences in a pool of threads that share one queue of jobs.
fn measure(starts: Vec<u64>, workers: usize) -> Vec<Row> {
    let jobs = Mutex::new(starts.into_iter());
    let (sender, receiver) = mpsc::channel();
    let next_job = || jobs.lock().expect("no worker should panic").next();
    thread::scope(|scope| {
        for _ in 0..workers {
            let sender = sender.clone();
            scope.spawn(move || {
                while let Some(start) = next_job() {
                    sender.send(collatz(start)).expect("main should listen");
                }
            });
        }
        drop(sender);
        receiver.iter().collect()
    })
}

fn main() {
    let mut numbers = env::args().skip(1).map(|text| text.parse::<u64>());
    let workers = numbers.next().expect("the number of workers is missing");
    let workers = workers.map_or(1, |count| count as usize);
    let starts = numbers
        .collect::<Result<Vec<u64>, _>>()
        .expect("every argument should be a number");
    let mut rows = measure(starts, workers);
    rows.sort_by_key(|row| (Reverse(row.steps), row.start));
    for row in &rows {
        println!("{:>5} {:>4} {}", row.start, row.steps, row.highest);
    }
    let total: u32 = rows.iter().map(|row| row.steps).sum();
    println!("{} sequences, {total} steps", rows.len());
}
