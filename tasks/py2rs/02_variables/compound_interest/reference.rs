use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let principal: f64 = arguments.next().ok_or("give the principal")?.parse()?;
    let rate_percent: f64 = arguments.next().ok_or("give the rate")?.parse()?;
    let inflation_percent: f64 = arguments.next().ok_or("give the inflation")?.parse()?;
    let years: i32 = arguments.next().ok_or("give the years")?.parse()?;

    let growth = (1.0 + rate_percent / 100.0).powi(years);
    let price_level = (1.0 + inflation_percent / 100.0).powi(years);
    let balance = principal * growth;

    println!("after {years} years: {balance:.2}");
    println!("interest: {:.2}", balance - principal);
    println!("real value: {:.2}", balance / price_level);
    Ok(())
}
