use std::io;
use std::process::ExitCode;
use std::str::SplitWhitespace;

/// Prints lines, indented by the number of open elements.
#[derive(Default)]
struct Writer {
    depth: usize,
    deepest: usize,
}

impl Writer {
    fn line(&self, text: &str) {
        println!("{}{text}", "  ".repeat(self.depth));
    }

    /// Opens an element, writes what belongs inside, and closes it whatever the outcome.
    fn element<T>(&mut self, name: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.line(&format!("<{name}>"));
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        let outcome = inside(self);
        self.depth -= 1;
        self.line(&format!("</{name}>"));
        outcome
    }
}

/// Writes tokens up to the end of the element; returns the number of texts.
fn write(writer: &mut Writer, tokens: &mut SplitWhitespace<'_>) -> Result<usize, String> {
    let mut count = 0;
    while let Some(token) = tokens.next() {
        if token == "}" {
            break;
        }
        if token == "!" {
            let depth = writer.depth;
            return Err(format!("abandoned after {count} texts at depth {depth}"));
        }
        if let Some(name) = token.strip_suffix('{') {
            count += writer.element(name, |writer| write(writer, tokens))?;
        } else {
            writer.line(&token.replace('&', "&amp;").replace('<', "&lt;"));
            count += 1;
        }
    }
    Ok(count)
}

fn main() -> ExitCode {
    let input = io::read_to_string(io::stdin()).expect("standard input should be text");
    let mut writer = Writer::default();
    match write(&mut writer, &mut input.split_whitespace()) {
        Ok(count) => {
            println!("{count} texts, depth {}", writer.deepest);
            ExitCode::SUCCESS
        }
        Err(message) => {
            println!("{message}");
            ExitCode::from(4)
        }
    }
}
