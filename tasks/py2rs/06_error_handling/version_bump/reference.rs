use std::env;
use std::process::ExitCode;

type Version = [u64; 3];

enum Failure {
    Usage,
    BadVersion(String),
    UnknownPart(String),
}

fn parse(text: &str) -> Result<Version, Failure> {
    let fields: Vec<&str> = text.strip_prefix('v').unwrap_or(text).split('.').collect();
    let [major, minor, patch] = fields[..] else {
        let message = format!("{text} has {} fields", fields.len());
        return Err(Failure::BadVersion(message));
    };
    Ok([number(major)?, number(minor)?, number(patch)?])
}

fn number(field: &str) -> Result<u64, Failure> {
    if field.is_empty() {
        return Err(Failure::BadVersion("nothing is not a number".to_string()));
    }
    if field != "0" && field.starts_with('0') {
        return Err(Failure::BadVersion(format!("{field} has a leading zero")));
    }
    field
        .parse()
        .map_err(|_| Failure::BadVersion(format!("{field} is not a number")))
}

fn bump([major, minor, patch]: Version, part: &str) -> Result<Version, Failure> {
    match part {
        "major" => Ok([major + 1, 0, 0]),
        "minor" => Ok([major, minor + 1, 0]),
        "patch" => Ok([major, minor, patch + 1]),
        _ => Err(Failure::UnknownPart(part.to_string())),
    }
}

fn run(arguments: &[String]) -> Result<Version, Failure> {
    match arguments {
        [text, part] => bump(parse(text)?, part),
        _ => Err(Failure::Usage),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let code = match run(&arguments) {
        Ok([major, minor, patch]) => {
            println!("{major}.{minor}.{patch}");
            0
        }
        Err(Failure::BadVersion(message)) => {
            println!("bad version: {message}");
            2
        }
        Err(Failure::UnknownPart(part)) => {
            println!("unknown part {part}");
            3
        }
        Err(Failure::Usage) => {
            println!("usage: version_bump VERSION PART");
            64
        }
    };
    ExitCode::from(code)
}
