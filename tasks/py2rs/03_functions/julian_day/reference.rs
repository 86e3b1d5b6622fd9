/// The day number of a date in the Gregorian calendar, counted from 24 November 4714 BC.
pub fn julian_day(year: i64, month: i64, day: i64) -> i64 {
    // January and February count as months 10 and 11 of the year before.
    let shift = (14 - month).div_euclid(12);
    let y = year + 4800 - shift;
    let m = month + 12 * shift - 3;
    // Years before -4800 are negative here: the quotients have to be rounded down.
    let leap_days = y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400);
    day + (153 * m + 2).div_euclid(5) + 365 * y + leap_days - 32045
}
