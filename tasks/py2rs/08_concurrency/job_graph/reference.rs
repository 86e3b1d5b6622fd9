use std::collections::{BTreeSet, HashMap};
use std::env;
use std::process::ExitCode;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

struct Job {
    name: String,
    minutes: u32,
    needed: Vec<String>,
}

impl Job {
    fn parse(argument: &str) -> Option<Self> {
        let (name, rest) = argument.split_once('=')?;
        let (minutes, needed) = rest.split_once(':').unwrap_or((rest, ""));
        Some(Self {
            name: name.to_string(),
            minutes: minutes.parse().ok()?,
            needed: needed.split_terminator(',').map(str::to_string).collect(),
        })
    }

    /// Waits for all that is needed; returns the end of this job, `None` for a failure.
    fn work(&self, board: &Board) -> Option<u32> {
        let ends: Option<Vec<u32>> = self.needed.iter().map(|name| board.wait(name)).collect();
        let start = ends?.into_iter().max().unwrap_or_default();
        (self.minutes != 0).then_some(start + self.minutes)
    }
}

/// Where jobs tell when they end.
#[derive(Default)]
struct Board {
    ends: Mutex<HashMap<String, Option<u32>>>,
    changed: Condvar,
}

impl Board {
    fn tell(&self, name: &str, end: Option<u32>) {
        self.ends
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_string(), end);
        self.changed.notify_all();
    }

    /// Waits until a job has told when it ends.
    fn wait(&self, name: &str) -> Option<u32> {
        let ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = self
            .changed
            .wait_while(ends, |ends| !ends.contains_key(name))
            .unwrap_or_else(PoisonError::into_inner);
        ends[name]
    }
}

fn missing(jobs: &[Job]) -> BTreeSet<&str> {
    let names: BTreeSet<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    let needed = jobs.iter().flat_map(|job| &job.needed);
    needed
        .map(String::as_str)
        .filter(|name| !names.contains(name))
        .collect()
}

fn main() -> ExitCode {
    let jobs: Vec<Job> = env::args()
        .skip(1)
        .map(|argument| Job::parse(&argument).expect("a job needs a name and minutes"))
        .collect();
    let missing = missing(&jobs);
    if !missing.is_empty() {
        println!("missing: {}", Vec::from_iter(missing).join(" "));
        return ExitCode::from(2);
    }
    let board = Board::default();
    thread::scope(|scope| {
        for job in &jobs {
            let board = &board;
            scope.spawn(move || board.tell(&job.name, job.work(board)));
        }
    });
    let mut failed = 0;
    for job in &jobs {
        if let Some(end) = board.wait(&job.name) {
            println!("{}: ends at {end}", job.name);
        } else {
            println!("{}: failed", job.name);
            failed += 1;
        }
    }
    println!("{failed} of {} failed", jobs.len());
    ExitCode::from(if failed == 0 { 0 } else { 3 })
}
