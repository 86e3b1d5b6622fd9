use std::env;
use std::ffi::{c_char, c_int, CString};

extern "C" {
    fn strlen(text: *const c_char) -> usize;
    fn atoi(text: *const c_char) -> c_int;
    fn toupper(letter: c_int) -> c_int;
    fn strspn(text: *const c_char, accepted: *const c_char) -> usize;
    fn strcmp(left: *const c_char, right: *const c_char) -> c_int;
}

fn shout(text: &str) -> String {
    let bytes = text
        .bytes()
        // SAFETY: toupper takes every value of an unsigned char.
        .map(|byte| unsafe { toupper(c_int::from(byte)) as u8 })
        .collect();
    String::from_utf8(bytes).expect("only ASCII letters should change")
}

fn main() {
    let words: Vec<CString> = env::args()
        .skip(1)
        .map(|word| CString::new(word).expect("an argument holds no zero byte"))
        .collect();
    for word in &words {
        let text = word.as_ptr();
        // SAFETY: both strings end in a zero byte and outlive the calls.
        let (length, digits, number) = unsafe {
            (
                strlen(text),
                strspn(text, c"0123456789".as_ptr()),
                atoi(text),
            )
        };
        let shouted = shout(&word.to_string_lossy());
        let number = number.unsigned_abs();
        println!("{shouted}: {length} bytes, {digits} digits, number {number}");
    }
    let falls = words
        .windows(2)
        // SAFETY: as above.
        .filter(|pair| unsafe { strcmp(pair[0].as_ptr(), pair[1].as_ptr()) } > 0)
        .count();
    println!("{falls} out of order");
}
