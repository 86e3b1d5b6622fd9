use std::env;
use std::ffi::{c_int, c_void};
use std::io;

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

    /// The address of a position in the text or at its end.
    fn at(&mut self, position: usize) -> *mut c_void {
        self.buffer[position..].as_mut_ptr().cast()
    }

    fn insert(&mut self, start: usize, text: &[u8]) -> Result<(), &'static str> {
        if self.used + text.len() >= self.buffer.len() {
            return Err("no room");
        }
        let start = start.min(self.used);
        let (gap, rest) = (self.at(start), self.at(start + text.len()));
        // SAFETY: the text ends inside the buffer, as was checked above.
        unsafe {
            memmove(rest, gap, self.used - start);
            memmove(gap, text.as_ptr().cast(), text.len());
        }
        self.used += text.len();
        Ok(())
    }

    fn delete(&mut self, start: usize, count: usize) {
        let start = start.min(self.used);
        let end = self.used.min(start + count);
        let (target, source) = (self.at(start), self.at(end));
        // SAFETY: start <= end <= used.
        unsafe { memmove(target, source, self.used - end) };
        self.used -= end - start;
    }

    fn fill(&mut self, start: usize, count: usize) {
        let start = start.min(self.used);
        let count = count.min(self.used - start);
        // SAFETY: start + count <= used.
        unsafe { memset(self.at(start), c_int::from(b'.'), count) };
    }

    fn find(&mut self, byte: u8) -> Option<usize> {
        let base = self.at(0);
        // SAFETY: the first `used` bytes of the buffer are initialised.
        let found = unsafe { memchr(base, c_int::from(byte), self.used) };
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
