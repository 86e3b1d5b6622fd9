use std::env;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::Barrier;
use std::thread;

/// Runs one cell of the ring; nobody writes before all have read, and the other way round.
fn live(cell: usize, row: &[AtomicU8], rule: u8, steps: u32, barrier: &Barrier) {
    let at = |index: usize| row[index % row.len()].load(Ordering::SeqCst);
    for _ in 0..steps {
        let pattern = 4 * at(cell + row.len() - 1) + 2 * at(cell) + at(cell + 1);
        barrier.wait();
        row[cell].store(rule >> pattern & 1, Ordering::SeqCst);
        barrier.wait();
    }
}

fn show(row: &[AtomicU8]) -> String {
    row.iter()
        .map(|cell| match cell.load(Ordering::SeqCst) {
            0 => '.',
            _ => '#',
        })
        .collect()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [rule, steps, cells] = &arguments[..] else {
        panic!("a rule, steps and cells are needed");
    };
    let Ok(rule) = rule.parse() else {
        println!("no rule {rule}");
        return ExitCode::from(2);
    };
    let steps = steps.parse().expect("the steps should be a number");
    let row: Vec<AtomicU8> = cells
        .chars()
        .map(|c| AtomicU8::new(u8::from(c == '#')))
        .collect();
    println!("{}", show(&row));
    let barrier = Barrier::new(row.len());
    let (cells, barrier) = (row.as_slice(), &barrier);
    thread::scope(|scope| {
        for cell in 0..cells.len() {
            scope.spawn(move || live(cell, cells, rule, steps, barrier));
        }
    });
    let picture = show(&row);
    let alive = picture.matches('#').count();
    println!("{picture}");
    println!("{alive} of {} alive after {steps} steps", row.len());
    ExitCode::SUCCESS
}
