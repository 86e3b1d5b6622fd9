use std::env;
use std::fmt;
use std::process::ExitCode;

const CODE: &str = "1234";

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Closed,
    Locked { attempts: u32 },
    Alarm,
}

impl State {
    /// The state after an event; an event that means nothing here changes nothing.
    fn next(self, event: &str) -> Self {
        match (self, event) {
            (Self::Open, "close") => Self::Closed,
            (Self::Closed, "open") => Self::Open,
            (Self::Closed, "lock") => Self::Locked { attempts: 3 },
            (Self::Locked { .. }, CODE) => Self::Closed,
            (Self::Locked { attempts }, code) if is_number(code) => {
                if attempts == 1 {
                    Self::Alarm
                } else {
                    Self::Locked {
                        attempts: attempts - 1,
                    }
                }
            }
            (Self::Alarm, "reset") => Self::Locked { attempts: 1 },
            _ => self,
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => write!(f, "open"),
            Self::Closed => write!(f, "closed"),
            Self::Locked { attempts } => write!(f, "locked ({attempts} left)"),
            Self::Alarm => write!(f, "alarm"),
        }
    }
}

fn main() -> ExitCode {
    let mut state = State::Open;
    for event in env::args().skip(1) {
        state = state.next(&event);
        println!("{event}: {state}");
    }
    ExitCode::from(if state == State::Alarm { 3 } else { 0 })
}
