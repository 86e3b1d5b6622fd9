//! Witnesses that a user's test ran to its end. Trusted; linked beside candidate and tests under an
//! extern name that is drawn anew for every program, so that the candidate cannot name it.
//!
//! Standard input holds a secret of 32 bytes and the number of the descriptor to report to. Both are
//! read, and standard input is used up, before `main` and any code of the candidate that is reached
//! from it. A report is a line: the secret, a space, the index of the test.

use std::ffi::{c_int, c_ulong, c_void};
use std::io::Write;
use std::panic::{catch_unwind, resume_unwind};
use std::sync::OnceLock;

/// The standard library under a path that nothing in the candidate can shadow.
pub use std;

extern "C" {
    fn read(descriptor: c_int, buffer: *mut c_void, count: usize) -> isize;
    fn write(descriptor: c_int, buffer: *const c_void, count: usize) -> isize;
    fn fcntl(descriptor: c_int, command: c_int, argument: c_int) -> c_int;
    fn dup2(from: c_int, to: c_int) -> c_int;
    fn close(descriptor: c_int) -> c_int;
    fn prctl(option: c_int, a: c_ulong, b: c_ulong, c: c_ulong, d: c_ulong) -> c_int;
}

const F_SETFD: c_int = 2;
const F_DUPFD_CLOEXEC: c_int = 1030;
const FD_CLOEXEC: c_int = 1;
const PR_SET_DUMPABLE: c_int = 4;
const SECRET_BYTES: usize = 32;

struct Judge {
    secret: [u8; SECRET_BYTES],
    descriptor: c_int,
}

static JUDGE: OnceLock<Judge> = OnceLock::new();

#[used]
#[link_section = ".init_array.00000"]
static BEFORE_MAIN: extern "C" fn() = meet_judge;

extern "C" fn meet_judge() {
    let mut message = [0u8; 64];
    let mut length = 0;
    // SAFETY: the buffer is ours and has room for what is asked for; the other calls take numbers.
    unsafe {
        loop {
            let rest = &mut message[length..];
            match read(0, rest.as_mut_ptr().cast(), rest.len()) {
                count if count > 0 => length += count as usize,
                _ => break,
            }
        }
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // nobody else reads this process's memory
    }
    let Some((secret, number)) = message[..length].split_first_chunk::<SECRET_BYTES>() else { return };
    let Some(descriptor) = std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()) else { return };
    unsafe { fcntl(descriptor, F_SETFD, FD_CLOEXEC) };
    let _ = JUDGE.set(Judge { secret: *secret, descriptor });
}

fn report(index: usize) {
    let Some(judge) = JUDGE.get() else { return };
    let line = [judge.secret.as_slice(), format!(" {index}\n").as_bytes()].concat();
    // SAFETY: the buffer is alive and as long as said.
    unsafe { write(judge.descriptor, line.as_ptr().cast(), line.len()) };
}

/// Sends what the candidate writes to standard output elsewhere, so that it cannot mix with what
/// libtest writes there about the tests.
struct Diverted(c_int);

impl Diverted {
    fn new() -> Self {
        let _ = std::io::stdout().flush();
        // SAFETY: the calls take numbers.
        unsafe {
            let kept = fcntl(1, F_DUPFD_CLOEXEC, 3);
            dup2(2, 1);
            Diverted(kept)
        }
    }
}

impl Drop for Diverted {
    fn drop(&mut self) {
        let _ = std::io::stdout().flush();
        // SAFETY: the descriptor is ours.
        unsafe {
            dup2(self.0, 1);
            close(self.0);
        }
    }
}

/// What a test may return.
pub trait Returned {
    fn is_success(&self) -> bool;
}

impl Returned for () {
    fn is_success(&self) -> bool {
        true
    }
}

impl<T: Returned, E> Returned for Result<T, E> {
    fn is_success(&self) -> bool {
        self.as_ref().is_ok_and(Returned::is_success)
    }
}

/// Runs a test that has to come back.
pub fn run<T: Returned>(index: usize, test: fn() -> T) -> T {
    let returned = {
        let _diverted = Diverted::new();
        test()
    };
    if returned.is_success() {
        report(index);
    }
    returned
}

/// Runs a test that has to panic; libtest compares the message.
pub fn run_to_panic<T>(index: usize, test: fn() -> T) -> T {
    let ended = {
        let _diverted = Diverted::new();
        catch_unwind(test)
    };
    match ended {
        Ok(returned) => returned,
        Err(panic) => {
            report(index);
            resume_unwind(panic)
        }
    }
}
