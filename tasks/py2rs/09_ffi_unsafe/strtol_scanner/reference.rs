use std::env;
use std::ffi::{c_char, c_int, c_long, CStr, CString};
use std::process::ExitCode;
use std::ptr;

extern "C" {
    fn strtol(text: *const c_char, end: *mut *mut c_char, base: c_int) -> c_long;
}

/// Reads the number at the start of the text; returns it with its length, zero where there is none.
fn leading_number(text: &CStr, base: c_int) -> (c_long, usize) {
    let mut end = ptr::null_mut();
    // SAFETY: the text ends in a zero byte; strtol points `end` into it.
    let value = unsafe { strtol(text.as_ptr(), &raw mut end, base) };
    (value, end as usize - text.as_ptr() as usize)
}

/// Returns position and value of every number; a character that starts none is skipped.
fn scan(text: &CStr, base: c_int) -> Vec<(usize, c_long)> {
    let bytes = text.to_bytes_with_nul();
    let mut found = Vec::new();
    let mut position = 0;
    while let Ok(rest) = CStr::from_bytes_with_nul(&bytes[position..]) {
        let (value, length) = leading_number(rest, base);
        if length > 0 {
            found.push((position, value));
        }
        position += length.max(1);
    }
    found
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [base, text] = &arguments[..] else {
        panic!("a base and a text are needed");
    };
    let Ok(base @ (0 | 2..=36)) = base.parse() else {
        println!("no base {base}");
        return ExitCode::from(2);
    };
    let text = CString::new(text.as_str()).expect("an argument holds no zero byte");
    let numbers = scan(&text, base);
    for (position, value) in &numbers {
        println!("{position:>3}: {value}");
    }
    let sum: c_long = numbers.iter().map(|(_, value)| value).sum();
    println!("sum {sum}");
    ExitCode::from(if numbers.is_empty() { 3 } else { 0 })
}
