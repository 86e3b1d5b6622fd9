use std::env;
use std::error::Error;

const MINUTES_PER_DAY: i64 = 1440;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let hour: i64 = arguments.next().ok_or("give the hour")?.parse()?;
    let minute: i64 = arguments.next().ok_or("give the minute")?.parse()?;
    let shift: i64 = arguments.next().ok_or("give the shift")?.parse()?;

    let total = hour * 60 + minute + shift;
    // Python rounds a quotient down, so that the remainder is never negative here.
    let day = total.div_euclid(MINUTES_PER_DAY);
    let minute_of_day = total.rem_euclid(MINUTES_PER_DAY);

    println!("{hour:02}:{minute:02} {shift:+} min");
    println!("{:02}:{:02}", minute_of_day / 60, minute_of_day % 60);
    println!("day {day:+}");
    Ok(())
}
