//! Runs one program several times, one after the other: each time a process of its own, with standard
//! streams of its own, started as the only one would be. The launcher stays to wait and to report.

use std::ffi::{c_int, c_long, c_short, OsString};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;
use std::os::unix::ffi::OsStringExt;
use std::time::{Duration, Instant};

extern "C" {
    fn fork() -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn kill(process: c_int, signal: c_int) -> c_int;
    fn dup2(from: c_int, to: c_int) -> c_int;
    fn close(descriptor: c_int) -> c_int;
    fn fcntl(descriptor: c_int, command: c_int, argument: c_int) -> c_int;
    fn poll(descriptors: *mut Watched, count: u64, milliseconds: c_int) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
}

const PIDFD_OPEN: c_long = 434;
const F_SETFD: c_int = 2;
const FD_CLOEXEC: c_int = 1;
const POLLIN: c_short = 1;
const SIGKILL: c_int = 9;

/// struct pollfd.
#[repr(C)]
struct Watched {
    descriptor: c_int,
    wanted: c_short,
    found: c_short,
}

/// One run: the descriptors of its three standard streams, those that it has beside them, what it is
/// told in the variable JUDGE_CHOICE, and the program's arguments.
pub struct Run {
    streams: [c_int; 3],
    own: Vec<c_int>,
    choice: u32,
    pub arguments: Vec<OsString>,
}

/// Read the runs that the judge wrote to a descriptor: for each of them three descriptors, a number of
/// others and each of these, the choice, a number of arguments, and each argument behind its length;
/// all numbers are little-endian u32.
pub fn read_runs(descriptor: c_int) -> Vec<Run> {
    let mut bytes = vec![];
    // SAFETY: the judge opened the descriptor for this process and nothing else owns it.
    let mut source = unsafe { File::from_raw_fd(descriptor) };
    source.read_to_end(&mut bytes).expect("the judge's file can be read");
    let mut rest = bytes.as_slice();
    let mut runs = vec![];
    while !rest.is_empty() {
        let streams = [(); 3].map(|()| number(&mut rest) as c_int);
        let count = number(&mut rest);
        let own: Vec<c_int> = (0..count).map(|_| number(&mut rest) as c_int).collect();
        // A run must not have the files of another one.
        streams.iter().chain(&own).for_each(|each| unsafe { fcntl(*each, F_SETFD, FD_CLOEXEC); });
        let choice = number(&mut rest);
        let count = number(&mut rest);
        let arguments = (0..count).map(|_| text(&mut rest)).collect();
        runs.push(Run { streams, own, choice, arguments });
    }
    runs
}

fn number(rest: &mut &[u8]) -> u32 {
    let (head, tail) = rest.split_at(4);
    *rest = tail;
    u32::from_le_bytes(head.try_into().expect("four bytes"))
}

fn text(rest: &mut &[u8]) -> OsString {
    let length = number(rest) as usize;
    let (head, tail) = rest.split_at(length);
    *rest = tail;
    OsString::from_vec(head.to_vec())
}

/// Do each run in turn and report its end as a line: exit code (a signal as a negative number), whether
/// it was out of time, microseconds. After one that was, nothing is run. `start` becomes the program.
pub fn run_all(runs: Vec<Run>, wall: Duration, status: &mut File, mut start: impl FnMut(&Run, &mut File)) {
    for run in runs {
        let started = Instant::now();
        let child = unsafe { fork() };
        if child == 0 {
            run.streams.iter().enumerate().for_each(|(at, each)| unsafe { dup2(*each, at as c_int); });
            run.own.iter().for_each(|each| unsafe { fcntl(*each, F_SETFD, 0); });
            std::env::set_var("JUDGE_CHOICE", run.choice.to_string());
            start(&run, status);
            std::process::exit(125);
        }
        // From here on the end of a run is the end of its pipes.
        run.own.iter().for_each(|each| unsafe { close(*each); });
        let in_time = child > 0 && ended_within(child, wall);
        let code = ended(child);
        let line = format!(" {code} {} {}\n", u8::from(!in_time), started.elapsed().as_micros());
        if status.write_all(line.as_bytes()).is_err() || !in_time {
            return;
        }
    }
}

fn ended_within(child: c_int, wall: Duration) -> bool {
    unsafe {
        let descriptor = syscall(PIDFD_OPEN, child, 0) as c_int;
        let mut watched = Watched { descriptor, wanted: POLLIN, found: 0 };
        let found = poll(&mut watched, 1, wall.as_millis() as c_int);
        close(descriptor);
        if found == 0 {
            kill(child, SIGKILL);
        }
        found != 0
    }
}

fn ended(child: c_int) -> c_int {
    let mut status = 0;
    if unsafe { waitpid(child, &mut status, 0) } != child {
        return -SIGKILL;
    }
    if status & 0x7f == 0 { (status >> 8) & 0xff } else { -(status & 0x7f) }
}
