use std::env;
use std::process::ExitCode;

enum Failure {
    Unnamed,
    Broken(String),
    Skippable(String),
}

fn start(step: &str) -> Result<&str, Failure> {
    let name = step.trim_end_matches(['!', '?']);
    if name.is_empty() {
        Err(Failure::Unnamed)
    } else if step.ends_with('!') {
        Err(Failure::Broken(name.to_string()))
    } else if step.ends_with('?') {
        Err(Failure::Skippable(name.to_string()))
    } else {
        println!("start {name}");
        Ok(name)
    }
}

/// Starts every step; the steps that were started are in `done`, whatever the outcome.
fn start_all<'a>(steps: &'a [String], done: &mut Vec<&'a str>) -> Result<(), Failure> {
    for step in steps {
        match start(step) {
            Ok(name) => done.push(name),
            Err(Failure::Skippable(name)) => println!("skip {name}"),
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

fn run(steps: &[String]) -> Result<usize, Failure> {
    let mut done = Vec::new();
    let outcome = start_all(steps, &mut done);
    if outcome.is_err() {
        for name in done.iter().rev() {
            println!("undo {name}");
        }
    }
    println!("clean up");
    outcome.map(|()| done.len())
}

fn main() -> ExitCode {
    let steps: Vec<String> = env::args().skip(1).collect();
    match run(&steps) {
        Ok(count) => {
            println!("{count} done");
            ExitCode::SUCCESS
        }
        Err(Failure::Broken(name) | Failure::Skippable(name)) => {
            println!("failed at {name}");
            ExitCode::from(4)
        }
        Err(Failure::Unnamed) => {
            println!("a step has no name");
            ExitCode::from(5)
        }
    }
}
