use std::collections::HashSet;
use std::env;
use std::io;

/// Changes one line, or drops it by returning `None`.
trait Filter {
    fn apply(&mut self, line: String) -> Option<String>;
}

/// Moves every character to the left, around the end of the line.
struct Rotate {
    by: i64,
}

impl Filter for Rotate {
    fn apply(&mut self, line: String) -> Option<String> {
        let mut letters: Vec<char> = line.chars().collect();
        let length = i64::try_from(letters.len()).ok()?;
        let cut = self.by.checked_rem_euclid(length).unwrap_or_default();
        letters.rotate_left(usize::try_from(cut).ok()?);
        Some(letters.into_iter().collect())
    }
}

/// Drops every line that has come by before.
#[derive(Default)]
struct Unique {
    seen: HashSet<String>,
}

impl Filter for Unique {
    fn apply(&mut self, line: String) -> Option<String> {
        self.seen.insert(line.clone()).then_some(line)
    }
}

/// Passes on the first lines only.
struct Head {
    left: usize,
}

impl Filter for Head {
    fn apply(&mut self, line: String) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        Some(line)
    }
}

fn filter(argument: &str) -> Option<Box<dyn Filter>> {
    let (name, option) = argument.split_once('=').unwrap_or((argument, ""));
    Some(match name {
        "unique" => Box::new(Unique::default()),
        "rotate" => Box::new(Rotate {
            by: option.parse().ok()?,
        }),
        "head" => Box::new(Head {
            left: option.parse().ok()?,
        }),
        _ => return None,
    })
}

fn main() {
    let mut chain: Vec<Box<dyn Filter>> = env::args()
        .skip(1)
        .map(|argument| filter(&argument).expect("every argument should name a filter"))
        .collect();
    for line in io::stdin().lines().map_while(Result::ok) {
        let result = chain
            .iter_mut()
            .try_fold(line, |line, filter| filter.apply(line));
        match result {
            Some(line) => println!("[{line}]"),
            None => println!("-"),
        }
    }
}
