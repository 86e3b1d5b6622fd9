use std::env;
use std::ffi::{c_int, c_void};
use std::io;
use std::ops::Range;

extern "C" {
    fn memmove(target: *mut c_void, source: *const c_void, count: usize) -> *mut c_void;
    fn memset(target: *mut c_void, value: c_int, count: usize) -> *mut c_void;
    fn memchr(start: *const c_void, value: c_int, count: usize) -> *mut c_void;
}

/// Text in a buffer of fixed size, of which one byte stays free.
struct Editor {
    buffer: Vec<u8>,
    used: usize,
}

impl Editor {
    fn new(size: usize) -> Self {
        Self {
            buffer: vec![0; size],
            used: 0,
        }
    }

    /// Moves a part of the buffer, which may overlap with its new place.
    fn shift(&mut self, part: Range<usize>, target: usize) {
        let count = part.len();
        let source = self.buffer[part].as_ptr();
        let target = self.buffer[target..target + count].as_mut_ptr();
        // SAFETY: both slices were checked to be `count` bytes inside the buffer.
        unsafe { memmove(target.cast(), source.cast(), count) };
    }

    fn insert(&mut self, start: usize, text: &[u8]) -> Result<(), &'static str> {
        if self.used + text.len() >= self.buffer.len() {
            return Err("no room");
        }
        let start = start.min(self.used);
        let end = start + text.len();
        self.shift(start..self.used, end);
        self.buffer[start..end].copy_from_slice(text);
        self.used += text.len();
        Ok(())
    }

    fn delete(&mut self, start: usize, count: usize) {
        let start = start.min(self.used);
        let end = self.used.min(start + count);
        self.shift(end..self.used, start);
        self.used -= end - start;
    }

    fn fill(&mut self, start: usize, count: usize) {
        let start = start.min(self.used);
        let end = self.used.min(start + count);
        let part = &mut self.buffer[start..end];
        // SAFETY: the pointer and the length are those of one slice.
        unsafe { memset(part.as_mut_ptr().cast(), c_int::from(b'.'), part.len()) };
    }

    fn find(&self, byte: u8) -> Option<usize> {
        let text = &self.buffer[..self.used];
        let base = text.as_ptr().cast::<c_void>();
        // SAFETY: the pointer and the length are those of one slice.
        let found = unsafe { memchr(base, c_int::from(byte), text.len()) };
        (!found.is_null()).then(|| found as usize - base as usize)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.buffer[..self.used]).into_owned()
    }
}

fn run(editor: &mut Editor, line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["s", text] => {
            let found = editor.find(text.bytes().next()?);
            return Some(found.map_or("not found".to_string(), |at| format!("found at {at}")));
        }
        ["i", start, text] => {
            if let Err(message) = editor.insert(start.parse().ok()?, text.as_bytes()) {
                return Some(message.to_string());
            }
        }
        ["d", start, count] => editor.delete(start.parse().ok()?, count.parse().ok()?),
        ["f", start, count] => editor.fill(start.parse().ok()?, count.parse().ok()?),
        _ => return None,
    }
    Some(editor.text())
}

fn main() {
    let size = env::args().nth(1).and_then(|text| text.parse().ok());
    let mut editor = Editor::new(size.expect("the size should be a number"));
    for line in io::stdin().lines().map_while(Result::ok) {
        let answer = run(&mut editor, &line).expect("every line should be a command");
        println!("{answer}");
    }
}
