// Tries: ignore the signal for used up processor time and compute on
// Kind: bomb

extern "C" { fn signal(number: i32, handler: usize) -> usize; }

pub fn add(_: i64, _: i64) -> i64 {
    (1..32).for_each(|number| unsafe { signal(number, 1); });
    loop { std::hint::spin_loop() }
}
