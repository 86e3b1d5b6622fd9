"""For each crate of the default set, a small program as a language model would write it.

Each is a library with `pub fn answer() -> String`, and what that must return.
"""

from __future__ import annotations

CANDIDATES: dict[tuple[str, ...], tuple[str, str]] = {
    ("anyhow",): (
        """
        use anyhow::{bail, Context, Result};

        fn half(text: &str) -> Result<i64> {
            let number: i64 = text.parse().with_context(|| format!("{text:?} is no number"))?;
            if number % 2 != 0 {
                bail!("{number} is odd");
            }
            Ok(number / 2)
        }

        pub fn answer() -> String {
            format!("{} {} {}", half("8").unwrap(), half("7").unwrap_err(), half("x").unwrap_err())
        }
        """,
        '4 7 is odd "x" is no number',
    ),
    ("chrono",): (
        """
        use chrono::{Datelike, Duration, NaiveDate, Utc};

        pub fn answer() -> String {
            let day = NaiveDate::parse_from_str("2024-02-28", "%Y-%m-%d").unwrap();
            let later = day + Duration::days(2);
            let recent = Utc::now().year() >= 2024;
            format!("{} {} {recent}", later.format("%d %B %Y"), later.weekday())
        }
        """,
        "01 March 2024 Fri true",
    ),
    ("clap",): (
        """
        use clap::{Parser, ValueEnum};

        #[derive(Clone, Debug, ValueEnum)]
        enum Mode { Fast, Slow }

        /// Counts things.
        #[derive(Parser, Debug)]
        struct Arguments {
            #[arg(short, long, default_value_t = 1)]
            count: u8,
            #[arg(long, value_enum, default_value_t = Mode::Slow)]
            mode: Mode,
            name: String,
        }

        pub fn answer() -> String {
            let right = Arguments::try_parse_from(["count", "-c", "3", "--mode", "fast", "Ann"]);
            let wrong = Arguments::try_parse_from(["count", "--count", "many", "Ann"]).unwrap_err();
            format!("{:?} {:?}", right.unwrap(), wrong.kind())
        }
        """,
        'Arguments { count: 3, mode: Fast, name: "Ann" } ValueValidation',
    ),
    ("indexmap",): (
        """
        use indexmap::IndexMap;

        pub fn answer() -> String {
            let mut counts: IndexMap<char, usize> = IndexMap::new();
            for letter in "zebra bee".chars() {
                *counts.entry(letter).or_insert(0) += 1;
            }
            counts.iter().take(3).map(|(letter, count)| format!("{letter}{count}")).collect()
        }
        """,
        "z1e3b2",
    ),
    ("itertools",): (
        """
        use itertools::Itertools;

        pub fn answer() -> String {
            let groups = (1..=4).tuple_combinations().filter(|(a, b)| (a + b) % 2 == 0);
            groups.map(|(a, b): (i64, i64)| format!("{a}+{b}")).join(", ")
        }
        """,
        "1+3, 2+4",
    ),
    ("lazy_static",): (
        """
        use lazy_static::lazy_static;
        use std::collections::HashMap;

        lazy_static! {
            static ref VALUES: HashMap<char, i64> = HashMap::from([('I', 1), ('V', 5), ('X', 10)]);
        }

        pub fn answer() -> String {
            "XVI".chars().map(|letter| VALUES[&letter]).sum::<i64>().to_string()
        }
        """,
        "16",
    ),
    ("num-bigint", "num-traits"): (
        """
        use num_bigint::{BigInt, BigUint, ToBigInt};
        use num_traits::{One, ToPrimitive, Zero};

        pub fn answer() -> String {
            let product = (1u32..=30).fold(BigUint::one(), |product, n| product * n);
            let power = BigInt::from(3).modpow(&200.to_bigint().unwrap(), &BigInt::from(1_000_007));
            format!("{product} {} {}", power.to_i64().unwrap(), BigInt::zero())
        }
        """,
        f"265252859812191058636308480000000 {pow(3, 200, 1_000_007)} 0",
    ),
    ("once_cell",): (
        """
        use once_cell::sync::{Lazy, OnceCell};

        static SQUARES: Lazy<Vec<u64>> = Lazy::new(|| (0..10).map(|n| n * n).collect());
        static NAME: OnceCell<String> = OnceCell::new();

        pub fn answer() -> String {
            let name = NAME.get_or_init(|| "nine".to_string());
            format!("{name} {}", SQUARES[9])
        }
        """,
        "nine 81",
    ),
    ("rand",): (
        """
        use rand::{rngs::StdRng, seq::SliceRandom, Rng, SeedableRng};

        pub fn answer() -> String {
            let mut rng = rand::thread_rng();
            let within = (0..100).all(|_| (1..=6).contains(&rng.gen_range(1..=6)));
            let draw = |seed| StdRng::seed_from_u64(seed).gen::<u64>();
            let mut cards: Vec<u32> = (0..52).collect();
            cards.shuffle(&mut rng);
            cards.sort();
            format!("{within} {} {}", draw(1) == draw(1), cards == (0..52).collect::<Vec<_>>())
        }
        """,
        "true true true",
    ),
    ("rayon",): (
        """
        use rayon::prelude::*;

        pub fn answer() -> String {
            let squares: Vec<u64> = (0..1000u64).into_par_iter().map(|n| n * n).collect();
            squares.par_iter().sum::<u64>().to_string()
        }
        """,
        "332833500",
    ),
    ("regex",): (
        r"""
        use regex::Regex;

        pub fn answer() -> String {
            let date = Regex::new(r"(?P<year>\d{4})-(?P<month>\d{2})").unwrap();
            let found = date.captures("born 1815-12 in London").unwrap();
            let spaced = Regex::new(r"\s+").unwrap().replace_all("a  b \t c", " ").to_string();
            format!("{} {} {spaced}", &found["year"], &found["month"])
        }
        """,
        "1815 12 a b c",
    ),
    ("serde", "serde_json"): (
        r"""
        use serde::{Deserialize, Serialize};
        use serde_json::{json, Value};

        #[derive(Serialize, Deserialize, Debug, PartialEq)]
        #[serde(rename_all = "camelCase")]
        struct Reading {
            sensor_name: String,
            values: Vec<f64>,
            #[serde(default)]
            note: Option<String>,
        }

        pub fn answer() -> String {
            let text = r#"{"sensorName": "north", "values": [1.5, 2.0]}"#;
            let reading: Reading = serde_json::from_str(text).unwrap();
            let value: Value = serde_json::from_str(text).unwrap();
            let made = json!({"first": value["values"][0], "count": reading.values.len()});
            let wrong = serde_json::from_str::<Reading>("{}").is_err();
            format!("{} {made} {wrong}", serde_json::to_string(&reading).unwrap())
        }
        """,
        '{"sensorName":"north","values":[1.5,2.0],"note":null} {"count":2,"first":1.5} true',
    ),
    ("thiserror",): (
        """
        use thiserror::Error;

        #[derive(Debug, Error)]
        enum AccountError {
            #[error("{wanted} is more than the {held} held")]
            Overdrawn { wanted: i64, held: i64 },
            #[error("not a number")]
            NotANumber(#[from] std::num::ParseIntError),
        }

        fn withdraw(held: i64, text: &str) -> Result<i64, AccountError> {
            let wanted: i64 = text.parse()?;
            if wanted > held {
                return Err(AccountError::Overdrawn { wanted, held });
            }
            Ok(held - wanted)
        }

        pub fn answer() -> String {
            let failures = [withdraw(5, "7").unwrap_err(), withdraw(5, "x").unwrap_err()];
            format!("{} {} {}", withdraw(5, "2").unwrap(), failures[0], failures[1])
        }
        """,
        "3 7 is more than the 5 held not a number",
    ),
}
