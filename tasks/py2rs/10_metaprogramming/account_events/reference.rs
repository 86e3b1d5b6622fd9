use std::fmt;
use std::io;

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Account {
    cents: i64,
    frozen: bool,
    events: usize,
}

/// Something that happens to an account; `None` is a refusal.
trait Event: fmt::Display {
    fn apply(&self, account: Account) -> Option<Account>;
}

/// Declares an event, how its fields are shown, and how it is read from words.
macro_rules! event {
    ($name:ident { $($field:ident: $type:ty $(= $default:literal)?),* }) => {
        struct $name {
            $($field: $type,)*
        }

        impl $name {
            fn parse<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<Box<dyn Event>> {
                Some(Box::new(Self {
                    $($field: match words.next() $(.or(Some($default)))? {
                        Some(word) => word.parse().ok()?,
                        None => return None,
                    },)*
                }))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let fields = [$(format!("{}={}", stringify!($field), self.$field)),*];
                write!(f, "{}({})", stringify!($name), fields.join(", "))
            }
        }
    };
}

/// A name, which is shown in quotation marks.
struct Name(String);

impl std::str::FromStr for Name {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_string()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0)
    }
}

event!(Deposit { cents: i64 });
event!(Transfer {
    target: Name,
    cents: i64,
    fee: i64 = "25"
});
event!(Freeze { days: i64 });

impl Event for Deposit {
    fn apply(&self, account: Account) -> Option<Account> {
        let cents = account.cents + self.cents;
        Some(Account { cents, ..account })
    }
}

impl Event for Transfer {
    fn apply(&self, account: Account) -> Option<Account> {
        let cents = account.cents - self.cents - self.fee;
        let allowed = !account.frozen && cents >= 0;
        allowed.then_some(Account { cents, ..account })
    }
}

impl Event for Freeze {
    fn apply(&self, account: Account) -> Option<Account> {
        let frozen = self.days > 0;
        Some(Account { frozen, ..account })
    }
}

fn parse(line: &str) -> Option<Box<dyn Event>> {
    let mut words = line.split_whitespace();
    match words.next()? {
        "deposit" => Deposit::parse(&mut words),
        "transfer" => Transfer::parse(&mut words),
        "freeze" => Freeze::parse(&mut words),
        _ => None,
    }
}

fn main() {
    let mut account = Account::default();
    let mut best = account;
    for line in io::stdin().lines().map_while(Result::ok) {
        let event = parse(&line).expect("every line should be an event");
        let after = event.apply(account);
        let verdict = if after.is_some() { "->" } else { "refused at" };
        account = after.unwrap_or(account);
        println!("{event} {verdict} {}", account.cents);
        account.events += 1;
        best = best.max(account);
    }
    println!(
        "best: {} cents, frozen {}, after {} events",
        best.cents,
        u8::from(best.frozen),
        best.events
    );
}
