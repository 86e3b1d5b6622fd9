use std::env;
use std::io;
use std::sync::mpsc::{self, Receiver};
use std::thread;

#[derive(Clone, Copy)]
enum Action {
    Add(i64),
    Multiply(i64),
    KeepMultiplesOf(i64),
    Differences,
}

fn parse(text: &str) -> Option<Action> {
    let operand = text.get(1..)?.parse().ok();
    match text.chars().next()? {
        '+' => operand.map(Action::Add),
        'x' => operand.map(Action::Multiply),
        '/' => operand.map(Action::KeepMultiplesOf),
        _ => Some(Action::Differences),
    }
}

/// Starts a stage that ends when its source ends; returns the end of it that gives the results.
fn stage(action: Action, source: Receiver<i64>) -> Receiver<i64> {
    let (sender, results) = mpsc::channel();
    thread::spawn(move || {
        let mut before = 0;
        for number in source {
            let result = match action {
                Action::Add(operand) => Some(number + operand),
                Action::Multiply(operand) => Some(number * operand),
                Action::KeepMultiplesOf(operand) => Some(number).filter(|n| n % operand == 0),
                Action::Differences => Some(number - std::mem::replace(&mut before, number)),
            };
            if let Some(result) = result {
                sender.send(result).expect("the next stage should listen");
            }
        }
    });
    results
}

fn main() {
    let (first, source) = mpsc::channel();
    let last = env::args().skip(1).fold(source, |source, text| {
        stage(parse(&text).expect("every stage should be known"), source)
    });
    let input = io::read_to_string(io::stdin()).expect("standard input should be text");
    for word in input.split_whitespace() {
        let number = word.parse().expect("every word should be a number");
        first.send(number).expect("the pipeline should be running");
    }
    drop(first);
    let results: Vec<String> = last.iter().map(|number| number.to_string()).collect();
    println!("{}", results.join(" "));
    let newest = results.last().map_or("none", String::as_str);
    println!("{} numbers, last {newest}", results.len());
}
