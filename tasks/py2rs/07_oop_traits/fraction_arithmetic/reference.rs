use std::cmp::Ordering;
use std::env;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::process::ExitCode;

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fraction {
    numerator: i64,
    denominator: i64,
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 {
        a.abs()
    } else {
        gcd(b, a % b)
    }
}

impl Fraction {
    /// The quotient in lowest terms; `denominator` must not be zero.
    fn new(numerator: i64, denominator: i64) -> Self {
        let divisor = gcd(numerator, denominator) * denominator.signum();
        Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        }
    }

    /// Reads "3/4" or "3"; `None` is a zero denominator.
    fn parse(text: &str) -> Option<Self> {
        let number = |digits: &str| digits.parse().expect("a fraction consists of numbers");
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let denominator = number(denominator);
        (denominator != 0).then(|| Self::new(number(numerator), denominator))
    }
}

impl Add for Fraction {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )
    }
}

impl Neg for Fraction {
    type Output = Self;

    fn neg(self) -> Self {
        Self::new(-self.numerator, self.denominator)
    }
}

impl Sub for Fraction {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Fraction {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self::new(
            self.numerator * other.numerator,
            self.denominator * other.denominator,
        )
    }
}

impl Div for Fraction {
    type Output = Option<Self>;

    fn div(self, other: Self) -> Option<Self> {
        (other.numerator != 0).then(|| self * Self::new(other.denominator, other.numerator))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.numerator * other.denominator).cmp(&(other.numerator * self.denominator))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            write!(f, "{}", self.numerator)
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}

fn calculate(left: &str, operator: &str, right: &str) -> Option<Fraction> {
    let (left, right) = (Fraction::parse(left)?, Fraction::parse(right)?);
    match operator {
        "+" => Some(left + right),
        "-" => Some(left - right),
        "x" => Some(left * right),
        ":" => left / right,
        _ => Some(left.min(right)),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [left, operator, right] = &arguments[..] else {
        panic!("three arguments are needed");
    };
    let Some(result) = calculate(left, operator, right) else {
        println!("denominator is zero");
        return ExitCode::from(2);
    };
    println!("{result}");
    ExitCode::SUCCESS
}
