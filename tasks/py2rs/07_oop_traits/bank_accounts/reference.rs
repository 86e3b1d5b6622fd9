use std::collections::BTreeMap;
use std::io;

/// What a kind of account allows and what a month does to it.
trait Terms {
    fn available(&self, cents: i64) -> i64 {
        cents
    }

    fn month_end(&self, cents: i64) -> i64 {
        cents
    }
}

struct Plain;

impl Terms for Plain {}

/// Earns 2 percent a month, but 500 cents have to stay.
struct Savings;

impl Terms for Savings {
    fn available(&self, cents: i64) -> i64 {
        (cents - 500).max(0)
    }

    fn month_end(&self, cents: i64) -> i64 {
        cents + cents * 2 / 100
    }
}

/// May go down to -20000 cents; a debt costs 150 cents a month.
struct Credit;

impl Terms for Credit {
    fn available(&self, cents: i64) -> i64 {
        cents + 20_000
    }

    fn month_end(&self, cents: i64) -> i64 {
        if cents < 0 {
            cents - 150
        } else {
            cents
        }
    }
}

struct Account {
    terms: Box<dyn Terms>,
    cents: i64,
}

impl Account {
    fn open(kind: &str) -> Option<Self> {
        let terms: Box<dyn Terms> = match kind {
            "plain" => Box::new(Plain),
            "savings" => Box::new(Savings),
            "credit" => Box::new(Credit),
            _ => return None,
        };
        Some(Self { terms, cents: 0 })
    }

    fn withdraw(&mut self, cents: i64) -> bool {
        let possible = cents <= self.terms.available(self.cents);
        if possible {
            self.cents -= cents;
        }
        possible
    }

    fn month_end(&mut self) {
        self.cents = self.terms.month_end(self.cents);
    }

    fn balance(&self) -> String {
        let sign = if self.cents < 0 { "-" } else { "" };
        let cents = self.cents.abs();
        format!("{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

fn execute(accounts: &mut BTreeMap<String, Account>, line: &str) -> Option<()> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["open", kind, owner] => {
            accounts.insert(owner.to_string(), Account::open(kind)?);
        }
        ["in", owner, cents] => {
            accounts.get_mut(owner)?.cents += cents.parse::<i64>().ok()?;
        }
        ["out", owner, cents] => {
            let paid = accounts.get_mut(owner)?.withdraw(cents.parse().ok()?);
            println!("{}", if paid { "paid" } else { "refused" });
        }
        _ => {
            for (owner, account) in accounts {
                account.month_end();
                println!("{owner} {}", account.balance());
            }
        }
    }
    Some(())
}

fn main() {
    let mut accounts = BTreeMap::new();
    for line in io::stdin().lines().map_while(Result::ok) {
        execute(&mut accounts, &line).expect("a command should name a known kind and owner");
    }
}
