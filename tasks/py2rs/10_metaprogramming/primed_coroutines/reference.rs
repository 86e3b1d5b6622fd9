use std::cmp::Ordering;
use std::collections::VecDeque;
use std::env;
use std::io;

/// Declares an enum together with a list of its variants and their names.
macro_rules! named_enum {
    ($name:ident { $($variant:ident => $text:literal,)* }) => {
        #[derive(Clone, Copy, PartialEq, Eq)]
        enum $name {
            $($variant,)*
        }

        impl $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

named_enum!(Trend {
    Falling => "falling",
    Steady => "steady",
    Rising => "rising",
});

/// Returns a closure that answers with the mean of the newest measurements.
fn averages(window: usize) -> impl FnMut(i32) -> f64 {
    let mut recent = VecDeque::new();
    move |number| {
        recent.push_back(f64::from(number));
        if recent.len() > window {
            recent.pop_front();
        }
        recent.iter().sum::<f64>() / recent.len() as f64
    }
}

/// Returns a closure that answers with the direction from the measurement before.
fn trends() -> impl FnMut(i32) -> Trend {
    let mut before = None;
    move |now| match now.cmp(&before.replace(now).unwrap_or(now)) {
        Ordering::Less => Trend::Falling,
        Ordering::Equal => Trend::Steady,
        Ordering::Greater => Trend::Rising,
    }
}

fn main() {
    let window = env::args().nth(1).and_then(|text| text.parse().ok());
    let mut average = averages(window.expect("the window should be a number"));
    let mut direction = trends();
    let mut seen = Vec::new();
    let input = io::read_to_string(io::stdin()).expect("standard input should be text");
    for word in input.split_whitespace() {
        let number = word.parse().expect("every word should be a number");
        let trend = direction(number);
        seen.push(trend);
        println!("{number:>4} {:8.2} {}", average(number), trend.name());
    }
    let counts: Vec<String> = Trend::ALL
        .iter()
        .map(|trend| (trend.name(), seen.iter().filter(|t| *t == trend).count()))
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    println!("{}", counts.join(", "));
}
