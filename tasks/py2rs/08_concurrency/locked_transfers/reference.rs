use std::collections::BTreeMap;
use std::env;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

struct Account {
    balance: i64,
    bookings: u32,
}

impl Account {
    fn book(&mut self, amount: i64) {
        self.balance += amount;
        self.bookings += 1;
    }
}

type Accounts = BTreeMap<String, Mutex<Account>>;

struct Order {
    source: String,
    target: String,
    amount: i64,
}

fn parse(order: &str) -> Option<Order> {
    let (names, amount) = order.split_once(':')?;
    let (source, target) = names.split_once('>')?;
    Some(Order {
        source: source.to_string(),
        target: target.to_string(),
        amount: amount.parse().ok()?,
    })
}

fn lock<'a>(accounts: &'a Accounts, name: &str) -> MutexGuard<'a, Account> {
    accounts[name]
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

/// Moves the money while both locks are held; they are taken in order of the names.
fn transfer(accounts: &Accounts, order: &Order) {
    let (source, target) = (&order.source, &order.target);
    if source < target {
        let mut from = lock(accounts, source);
        let mut to = lock(accounts, target);
        from.book(-order.amount);
        to.book(order.amount);
    } else if source > target {
        let mut to = lock(accounts, target);
        let mut from = lock(accounts, source);
        from.book(-order.amount);
        to.book(order.amount);
    }
}

fn main() {
    let open = || {
        Mutex::new(Account {
            balance: 100,
            bookings: 0,
        })
    };
    let accounts: Accounts = env::args().skip(1).map(|name| (name, open())).collect();
    let lines: Vec<Vec<Order>> = io::stdin()
        .lines()
        .map_while(Result::ok)
        .map(|line| line.split_whitespace().filter_map(parse).collect())
        .collect();
    thread::scope(|scope| {
        let accounts = &accounts;
        for orders in lines {
            scope.spawn(move || {
                for order in &orders {
                    transfer(accounts, order);
                }
            });
        }
    });
    let mut total = 0;
    for name in accounts.keys() {
        let account = lock(&accounts, name);
        println!("{name}: {} after {}", account.balance, account.bookings);
        total += account.balance;
    }
    println!("total: {total}");
}
