use std::env;
use std::io;

/// Keeps the newest values; the oldest one is overwritten when it is full.
struct RingBuffer {
    slots: Vec<i64>,
    size: usize,
    start: usize,
}

impl RingBuffer {
    fn new(size: usize) -> Self {
        Self {
            slots: Vec::new(),
            size,
            start: 0,
        }
    }

    fn push(&mut self, value: i64) {
        if self.slots.len() < self.size {
            self.slots.push(value);
        } else {
            self.slots[self.start] = value;
            self.start = (self.start + 1) % self.size;
        }
    }

    /// The value at `index`, counted from the oldest; negative ones count from the newest.
    fn get(&self, index: i64) -> Option<i64> {
        let position = if index < 0 {
            self.slots
                .len()
                .checked_add_signed(isize::try_from(index).ok()?)?
        } else {
            usize::try_from(index).ok()?
        };
        self.iter().nth(position)
    }

    fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        let (newer, older) = self.slots.split_at(self.start);
        older.iter().chain(newer).copied()
    }
}

fn run(buffer: &mut RingBuffer, word: &str) -> Option<String> {
    let mut letters = word.chars();
    let command = letters.next()?;
    let number = letters.as_str().parse().ok()?;
    Some(match command {
        '+' => {
            buffer.push(number);
            let values: Vec<i64> = buffer.iter().collect();
            format!("{}: {values:?}", values.len())
        }
        '?' if buffer.iter().any(|kept| kept == number) => "kept".to_string(),
        '?' => "gone".to_string(),
        _ => match buffer.get(number) {
            Some(value) => value.to_string(),
            None => "no such value".to_string(),
        },
    })
}

fn main() {
    let size = env::args().nth(1).and_then(|text| text.parse().ok());
    let mut buffer = RingBuffer::new(size.expect("the size should be a number"));
    let input = io::read_to_string(io::stdin()).expect("standard input should be text");
    for word in input.split_whitespace() {
        let report = run(&mut buffer, word).expect("a word should be a command and a number");
        println!("{report}");
    }
}
