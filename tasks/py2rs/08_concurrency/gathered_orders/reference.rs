use std::env;
use std::process::ExitCode;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// A counting semaphore.
struct Semaphore {
    free: Mutex<usize>,
    changed: Condvar,
}

impl Semaphore {
    fn new(free: usize) -> Self {
        Self {
            free: Mutex::new(free),
            changed: Condvar::new(),
        }
    }

    /// Does the work while one unit is taken.
    fn with<T>(&self, work: impl FnOnce() -> T) -> T {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .changed
            .wait_while(free, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        drop(free);
        let result = work();
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_one();
        result
    }
}

fn price(dish: &str) -> Option<u32> {
    match dish {
        "soup" => Some(450),
        "rice" => Some(300),
        "cake" => Some(525),
        _ => None,
    }
}

/// Cooks one order and returns its price in cents.
fn prepare(order: &str, stoves: &Semaphore) -> Result<u32, String> {
    let (dish, minutes) = order.split_once(':').ok_or("no time is given")?;
    let minutes: u32 = minutes.parse().map_err(|_| "no time is given")?;
    let price = price(dish).ok_or_else(|| format!("no {dish} on the menu"))?;
    stoves.with(|| {
        if minutes > 5 {
            Err(format!("{dish} is burnt"))
        } else {
            Ok(price + 10 * minutes)
        }
    })
}

fn euros(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (count, orders) = arguments.split_first().expect("stoves are missing");
    let stoves = Semaphore::new(count.parse().expect("stoves should be a number"));
    let outcomes: Vec<Result<u32, String>> = thread::scope(|scope| {
        let cooks: Vec<_> = orders
            .iter()
            .map(|order| scope.spawn(|| prepare(order, &stoves)))
            .collect();
        cooks
            .into_iter()
            .map(|cook| cook.join().unwrap_or_else(|_| Err("closed".to_string())))
            .collect()
    });
    for (order, outcome) in orders.iter().zip(&outcomes) {
        match outcome {
            Ok(price) => println!("{order}: {}", euros(*price)),
            Err(reason) => println!("{order}: sorry, {reason}"),
        }
    }
    let prices: Vec<u32> = outcomes.into_iter().flatten().collect();
    println!(
        "{} of {} served, {} to pay",
        prices.len(),
        orders.len(),
        euros(prices.iter().sum())
    );
    let complete = prices.len() == orders.len();
    ExitCode::from(if complete { 0 } else { 3 })
}
