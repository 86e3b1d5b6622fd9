use std::env;
use std::fmt;
use std::process::ExitCode;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dimension {
    Length,
    Time,
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "length",
            Self::Time => "time",
        })
    }
}

struct Unit {
    symbol: &'static str,
    dimension: Dimension,
    factor: f64,
}

/// Declares the table of all units, one `symbol: dimension = factor` each.
macro_rules! units {
    ($($symbol:literal: $dimension:ident = $factor:literal;)*) => {
        const UNITS: &[Unit] = &[$(Unit {
            symbol: $symbol,
            dimension: Dimension::$dimension,
            factor: $factor,
        }),*];
    };
}

units! {
    "in": Length = 0.0254;
    "m": Length = 1.0;
    "s": Time = 1.0;
    "mi": Length = 1609.344;
    "h": Time = 3600.0;
}

enum Failure {
    UnknownUnit,
    Mismatch(Dimension, Dimension),
}

fn unit(symbol: &str) -> Result<&'static Unit, Failure> {
    UNITS
        .iter()
        .find(|unit| unit.symbol == symbol)
        .ok_or(Failure::UnknownUnit)
}

fn convert(value: f64, source: &str, target: &str) -> Result<String, Failure> {
    let (source, target) = (unit(source)?, unit(target)?);
    if source.dimension != target.dimension {
        return Err(Failure::Mismatch(source.dimension, target.dimension));
    }
    let digits = if source.factor < target.factor { 4 } else { 1 };
    let converted = value * source.factor / target.factor;
    Ok(format!("{converted:.digits$} {}", target.symbol))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [value, source, target] = &arguments[..] else {
        panic!("three arguments are needed");
    };
    let value = value.parse().expect("the value should be a number");
    match convert(value, source, target) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(Failure::UnknownUnit) => {
            let symbols: Vec<&str> = UNITS.iter().map(|unit| unit.symbol).collect();
            println!("known: {}", symbols.join(" "));
            ExitCode::from(2)
        }
        Err(Failure::Mismatch(from, to)) => {
            println!("cannot turn {from} into {to}");
            ExitCode::from(3)
        }
    }
}
