//! Starts one untrusted program under resource limits, without new privileges and with only the named
//! paths reachable, then gets out of the way by exec. Standard library only, compiled on first use.
//!
//! launcher [--limit NAME=NUMBER]... [--status FD] [--landlock] [--read PATH]... [--write PATH]...
//!          [--filter] [--may processes|modes]... [--no-capabilities] [--user NUMBER]
//!          [--series FD --wall MILLISECONDS] -- PROGRAM [ARG]...
//!
//! `1` on the status descriptor means that all is set and the program is next; `0` that it could not
//! be started after all. The program itself never has that descriptor. With `--series` the program is
//! run several times in processes of its own; see `series.rs`.

mod seccomp;
mod series;
mod system_calls;

use std::ffi::{c_char, c_int, c_long, c_ulong, CString, OsString};
use std::fs::File;
use std::io::{Error, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{exit, Command};
use std::time::Duration;

extern "C" {
    fn setrlimit(resource: c_int, limit: *const [u64; 2]) -> c_int;
    fn prctl(option: c_int, a: c_ulong, b: c_ulong, c: c_ulong, d: c_ulong) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn open(path: *const i8, flags: c_int) -> c_int;
    fn fcntl(descriptor: c_int, command: c_int, argument: c_int) -> c_int;
    static environ: *const *const c_char;
}

const PR_SET_NO_NEW_PRIVS: c_int = 38;
const LANDLOCK_CREATE_RULESET: c_long = 444;
const LANDLOCK_ADD_RULE: c_long = 445;
const LANDLOCK_RESTRICT_SELF: c_long = 446;
const CAPSET: c_long = if cfg!(target_arch = "x86_64") { 126 } else { 91 };
const EXECVEAT: c_long = if cfg!(target_arch = "x86_64") { 322 } else { 281 };
const SETGROUPS: c_long = if cfg!(target_arch = "x86_64") { 116 } else { 159 };
const SETRESGID: c_long = if cfg!(target_arch = "x86_64") { 119 } else { 149 };
const SETRESUID: c_long = if cfg!(target_arch = "x86_64") { 117 } else { 147 };
const AT_EMPTY_PATH: c_int = 0x1000;
const CAPABILITY_VERSION_3: u32 = 0x2008_0522;
const O_PATH: c_int = 0o10000000;
const O_PATH_CLOEXEC: c_int = 0o12000000;
const F_SETFD: c_int = 2;
const FD_CLOEXEC: c_int = 1;

// linux/landlock.h: execute, read file, read directory; every right of ABI 1 is bits 0 to 12, ABI 2 adds
// refer, 3 truncate, 5 ioctl on devices; ABI 4 handles TCP, 6 scopes abstract sockets and signals.
const READ_RIGHTS: u64 = 0b1101;
const FILE_RIGHTS: u64 = 0b0100_0000_0000_0111 | 1 << 15;

fn fail(what: &str) -> ! {
    eprintln!("launcher: {what}: {}", Error::last_os_error());
    exit(125)
}

fn set_limit(setting: &str) {
    let (name, number) = setting.split_once('=').unwrap_or_else(|| fail("bad --limit"));
    let value: u64 = number.parse().unwrap_or_else(|_| fail("bad --limit"));
    // asm-generic/resource.h
    let resource = match name {
        "cpu_s" => 0,
        "file_bytes" => 1,
        "core_bytes" => 4,
        "processes" => 6,
        "open_files" => 7,
        "address_space_bytes" => 9,
        _ => fail("unknown limit"),
    };
    // A second more before the unblockable kill, so that the first signal tells what happened.
    let hard = if name == "cpu_s" { value + 1 } else { value };
    if unsafe { setrlimit(resource, &[value, hard]) } != 0 {
        fail("setrlimit");
    }
}

fn handled_rights(abi: c_long) -> [u64; 3] {
    let files = match abi {
        1 => (1 << 13) - 1,
        2 => (1 << 14) - 1,
        3 | 4 => (1 << 15) - 1,
        _ => (1 << 16) - 1,
    };
    let network = if abi >= 4 { 0b11 } else { 0 };
    let scoped = if abi >= 6 { 0b11 } else { 0 };
    [files, network, scoped]
}

fn allow(ruleset: c_long, path: &str, rights: u64) {
    let name = CString::new(path).unwrap_or_else(|_| fail("bad path"));
    let descriptor = unsafe { open(name.as_ptr().cast(), O_PATH_CLOEXEC) };
    if descriptor < 0 {
        return; // a path that is not there needs no right
    }
    let is_file = std::fs::metadata(path).map(|data| !data.is_dir()).unwrap_or(false);
    let rights = if is_file { rights & FILE_RIGHTS } else { rights };
    // struct landlock_path_beneath_attr is packed: u64 rights, i32 descriptor.
    let mut rule = [0u8; 12];
    rule[..8].copy_from_slice(&rights.to_ne_bytes());
    rule[8..].copy_from_slice(&descriptor.to_ne_bytes());
    if unsafe { syscall(LANDLOCK_ADD_RULE, ruleset, 1, rule.as_ptr(), 0) } != 0 {
        fail("landlock_add_rule");
    }
}

fn restrict_paths(readable: &[String], writable: &[String]) {
    let abi = unsafe { syscall(LANDLOCK_CREATE_RULESET, std::ptr::null::<u8>(), 0, 1) };
    if abi < 1 {
        fail("landlock is not available");
    }
    let handled = handled_rights(abi);
    let size = match abi { 1..=3 => 8, 4 | 5 => 16, _ => 24 };
    let ruleset = unsafe { syscall(LANDLOCK_CREATE_RULESET, handled.as_ptr(), size, 0) };
    if ruleset < 0 {
        fail("landlock_create_ruleset");
    }
    readable.iter().for_each(|path| allow(ruleset, path, READ_RIGHTS));
    writable.iter().for_each(|path| allow(ruleset, path, handled[0]));
    if unsafe { syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0) } != 0 {
        fail("landlock_restrict_self");
    }
}

/// Without capabilities a root user is bound by owners and modes, and cannot get them back by exec.
fn drop_capabilities() {
    let (header, none) = ([CAPABILITY_VERSION_3, 0], [0u32; 6]);
    if unsafe { syscall(CAPSET, header.as_ptr(), none.as_ptr()) } != 0 {
        fail("capset");
    }
}

/// A user and a group that nothing else belongs to: the kernel then counts this program's threads
/// alone, lets it signal nobody, and leaves it no capability.
fn become_user(number: &str) {
    let number: c_long = number.parse().unwrap_or_else(|_| fail("bad --user"));
    unsafe {
        if syscall(SETGROUPS, 0, 0) != 0
            || syscall(SETRESGID, number, number, number) != 0
            || syscall(SETRESUID, number, number, number) != 0
        {
            fail("become a user");
        }
    }
}

/// Run a program by its descriptor, for a user who may not enter its folder. Returns only where that
/// fails, as it does for a script, whose interpreter would need the path.
fn execute_opened(program: c_int, path: &str, arguments: &[OsString]) -> Error {
    let name = |text: &OsString| {
        CString::new(text.as_bytes()).unwrap_or_else(|_| fail("a NUL in an argument"))
    };
    let words: Vec<CString> = [path.into()].iter().chain(arguments).map(name).collect();
    let mut pointers: Vec<*const c_char> = words.iter().map(|word| word.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // SAFETY: both arrays end in a null pointer, and nothing has changed the environment.
    unsafe { syscall(EXECVEAT, program, b"\0".as_ptr(), pointers.as_ptr(), environ, AT_EMPTY_PATH) };
    Error::last_os_error()
}

/// The status descriptor, closed to the program.
fn status_file(number: &str) -> File {
    let descriptor: c_int = number.parse().unwrap_or_else(|_| fail("bad --status"));
    // SAFETY: the judge opened the descriptor for this process and nothing else owns it.
    unsafe {
        if fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0 {
            fail("fcntl");
        }
        File::from_raw_fd(descriptor)
    }
}

/// What a program is held to.
#[derive(Default)]
struct Settings {
    limits: Vec<String>,
    readable: Vec<String>,
    writable: Vec<String>,
    landlock: bool,
    filter: bool,
    no_capabilities: bool,
    profile: seccomp::Profile,
    user: Option<String>,
}

impl Settings {
    /// Give up everything that the program is not to have, and become the program. Returns only where
    /// that fails.
    fn become_program(&self, program: &str, arguments: &[OsString], status: &mut Option<&mut File>) -> Error {
        let opened = File::options().read(true).custom_flags(O_PATH).open(program);
        self.limits.iter().for_each(|limit| set_limit(limit));
        if unsafe { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
            fail("no_new_privs");
        }
        if self.landlock {
            restrict_paths(&self.readable, &self.writable);
        }
        if let Some(number) = &self.user {
            become_user(number);
        }
        if self.no_capabilities {
            drop_capabilities();
        }
        if self.filter && !seccomp::install(self.profile) {
            fail("seccomp");
        }
        let mut report = |text: &[u8]| status.as_mut().map(|file| file.write_all(text));
        report(b"1");
        let error = match (&self.user, opened) {
            (Some(_), Ok(file)) => execute_opened(file.as_raw_fd(), program, arguments),
            (_, Err(error)) => error,
            (None, Ok(_)) => Command::new(program).args(arguments).exec(),
        };
        report(b"0");
        eprintln!("launcher: exec: {error}");
        error
    }
}

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let mut settings = Settings::default();
    let (mut status, mut series, mut wall) = (None, None, Duration::MAX);
    while let Some(option) = arguments.next() {
        let mut value = || {
            let found = arguments.next().and_then(|text| text.into_string().ok());
            found.unwrap_or_else(|| fail("an option lacks its value"))
        };
        match option.to_str().unwrap_or_default() {
            "--limit" => settings.limits.push(value()),
            "--status" => status = Some(status_file(&value())),
            "--read" => settings.readable.push(value()),
            "--write" => settings.writable.push(value()),
            "--landlock" => settings.landlock = true,
            "--filter" => settings.filter = true,
            "--may" => match value().as_str() {
                "processes" => settings.profile.processes = true,
                "modes" => settings.profile.modes = true,
                _ => fail("unknown permission"),
            },
            "--no-capabilities" => settings.no_capabilities = true,
            "--user" => settings.user = Some(value()),
            "--series" => series = value().parse().ok(),
            "--wall" => wall = Duration::from_millis(value().parse().unwrap_or_else(|_| fail("bad --wall"))),
            "--" => break,
            _ => fail("unknown option"),
        }
    }
    let program = arguments.next().and_then(|path| path.into_string().ok());
    let program = program.unwrap_or_else(|| fail("no program"));
    if let (Some(descriptor), Some(status)) = (series, &mut status) {
        return series::run_all(series::read_runs(descriptor), wall, status, |run, status| {
            settings.become_program(&program, &run.arguments, &mut Some(status));
        });
    }
    let arguments: Vec<OsString> = arguments.collect();
    settings.become_program(&program, &arguments, &mut status.as_mut());
    exit(125)
}
