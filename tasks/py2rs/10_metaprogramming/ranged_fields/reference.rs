use std::collections::HashMap;
use std::fmt;
use std::io;

#[derive(Clone, PartialEq, Eq)]
enum Value {
    Number(i64),
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text}"),
        }
    }
}

/// What a field accepts.
enum Rule {
    Any,
    Ranged(i64, i64),
}

impl Rule {
    /// Converts the text, or says what it must be.
    fn convert(&self, text: &str) -> Result<Value, String> {
        match self {
            Self::Any => Ok(Value::Text(text.to_string())),
            Self::Ranged(low, high) => match text.parse() {
                Ok(number) if (low..=high).contains(&&number) => Ok(Value::Number(number)),
                _ => Err(format!("from {low} to {high}")),
            },
        }
    }
}

/// Declares a type with checked fields that are found by name.
macro_rules! checked {
    ($type:ident { $($field:ident: $rule:expr,)* }) => {
        #[derive(Default)]
        struct $type {
            values: HashMap<String, Value>,
            changes: usize,
        }

        impl $type {
            fn rule(field: &str) -> Option<Rule> {
                match field {
                    $(stringify!($field) => Some($rule),)*
                    _ => None,
                }
            }
        }
    };
}

checked! {
    Product {
        title: Rule::Any,
        rating: Rule::Ranged(1, 5),
        discount: Rule::Ranged(-10, 90),
    }
}

impl Product {
    /// Sets a field and returns a report of the change.
    fn set(&mut self, field: &str, text: &str) -> Result<String, String> {
        let rule = Self::rule(field).ok_or_else(|| format!("no field {field}"))?;
        let value = rule
            .convert(text)
            .map_err(|what| format!("{field} must be {what}"))?;
        let before = self.values.insert(field.to_string(), value.clone());
        if before.as_ref() != Some(&value) {
            self.changes += 1;
        }
        let before = before.map_or("unset".to_string(), |value| value.to_string());
        Ok(format!("{field}: {before} -> {value}"))
    }
}

fn main() {
    let mut product = Product::default();
    for line in io::stdin().lines().map_while(Result::ok) {
        let line = line.trim();
        let (field, text) = line.split_once(' ').unwrap_or((line, ""));
        let report = product.set(field, text).unwrap_or_else(|error| error);
        println!("{report}");
    }
    let set = product.values.len();
    println!("{} changes, {set} fields set", product.changes);
}
