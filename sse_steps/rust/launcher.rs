//! Starts one untrusted program under resource limits, without new privileges and with only the named
//! paths reachable, then gets out of the way by exec. Standard library only, compiled on first use.
//!
//! launcher [--limit NAME=NUMBER]... [--status FD] [--landlock] [--read PATH]... [--write PATH]...
//!          [--filter] [--may processes|modes]... [--no-capabilities] -- PROGRAM [ARG]...
//!
//! `1` on the status descriptor means that all is set and the program is next; `0` that it could not
//! be started after all. The program itself never has that descriptor.

mod seccomp;

use std::ffi::{c_int, c_long, c_ulong, CString};
use std::os::unix::process::CommandExt;
use std::fs::File;
use std::io::Write;
use std::os::fd::FromRawFd;
use std::process::{exit, Command};

extern "C" {
    fn setrlimit(resource: c_int, limit: *const [u64; 2]) -> c_int;
    fn prctl(option: c_int, a: c_ulong, b: c_ulong, c: c_ulong, d: c_ulong) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn open(path: *const i8, flags: c_int) -> c_int;
    fn fcntl(descriptor: c_int, command: c_int, argument: c_int) -> c_int;
}

const PR_SET_NO_NEW_PRIVS: c_int = 38;
const LANDLOCK_CREATE_RULESET: c_long = 444;
const LANDLOCK_ADD_RULE: c_long = 445;
const LANDLOCK_RESTRICT_SELF: c_long = 446;
const CAPSET: c_long = if cfg!(target_arch = "x86_64") { 126 } else { 91 };
const CAPABILITY_VERSION_3: u32 = 0x2008_0522;
const O_PATH_CLOEXEC: c_int = 0o12000000;
const F_SETFD: c_int = 2;
const FD_CLOEXEC: c_int = 1;

// linux/landlock.h: execute, read file, read directory; every right of ABI 1 is bits 0 to 12, ABI 2 adds
// refer, 3 truncate, 5 ioctl on devices; ABI 4 handles TCP, 6 scopes abstract sockets and signals.
const READ_RIGHTS: u64 = 0b1101;
const FILE_RIGHTS: u64 = 0b0100_0000_0000_0111 | 1 << 15;

fn fail(what: &str) -> ! {
    eprintln!("launcher: {what}: {}", std::io::Error::last_os_error());
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

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut readable, mut writable, mut limits) = (vec![], vec![], vec![]);
    let (mut landlock, mut filter, mut capabilities) = (false, false, true);
    let mut profile = seccomp::Profile::default();
    let mut status = None;
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| fail("an option lacks its value"));
        match option.as_str() {
            "--limit" => limits.push(value()),
            "--status" => status = Some(status_file(&value())),
            "--read" => readable.push(value()),
            "--write" => writable.push(value()),
            "--landlock" => landlock = true,
            "--filter" => filter = true,
            "--may" => match value().as_str() {
                "processes" => profile.processes = true,
                "modes" => profile.modes = true,
                _ => fail("unknown permission"),
            },
            "--no-capabilities" => capabilities = false,
            "--" => break,
            _ => fail("unknown option"),
        }
    }
    let program = arguments.next().unwrap_or_else(|| fail("no program"));
    limits.iter().for_each(|limit| set_limit(limit));
    if unsafe { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        fail("no_new_privs");
    }
    if landlock {
        restrict_paths(&readable, &writable);
    }
    if !capabilities {
        drop_capabilities();
    }
    if filter && !seccomp::install(profile) {
        fail("seccomp");
    }
    let mut report = |text: &[u8]| status.as_mut().map(|file| file.write_all(text));
    report(b"1");
    let error = Command::new(program).args(arguments).exec();
    report(b"0");
    eprintln!("launcher: exec: {error}");
    exit(125)
}
