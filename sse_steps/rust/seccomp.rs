//! A filter of system calls, for what paths and limits do not cover: processes, sockets, other programs'
//! memory and signals, and the parts of the kernel that a candidate or a compiler has no use for.
//!
//! It refuses by name and allows the rest; numbers that are newer than this file do not exist for the
//! program. Refusals are errors, not kills, so that libraries fall back to what they did before.

use crate::system_calls::{
    Call, CLONE, CLONE3, FCNTL, FORKS, IOCTL, MODES, NEWEST, NONE, PRLIMIT64, REFUSED, SIGNALS, SOCKETPAIR,
};
use std::ffi::{c_int, c_ulong};

extern "C" {
    fn prctl(option: c_int, a: c_ulong, b: c_ulong, c: c_ulong, d: c_ulong) -> c_int;
}

const PR_SET_SECCOMP: c_int = 22;
const SECCOMP_MODE_FILTER: c_ulong = 2;

// linux/seccomp.h
const ALLOW: u32 = 0x7fff_0000;
const KILL_PROCESS: u32 = 0x8000_0000;
const REFUSE: u32 = 0x0005_0001; // EPERM
const UNKNOWN: u32 = 0x0005_0026; // ENOSYS: the C library tries an older call

// Offsets in struct seccomp_data; the first half of an argument is its low one, little-endian.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;

const fn argument(index: u32) -> u32 {
    16 + 8 * index
}

// linux/bpf_common.h
const LOAD: u16 = 0x20;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_GREATER: u16 = 0x25;
const JUMP_ANY_BIT: u16 = 0x45;
const RETURN: u16 = 0x06;

#[repr(C)]
struct Instruction {
    code: u16,
    if_true: u8,
    if_false: u8,
    operand: u32,
}

#[repr(C)]
struct Program {
    length: u16,
    instructions: *const Instruction,
}

/// What the filtered program may do beside computing.
#[derive(Clone, Copy, Default)]
pub struct Profile {
    pub processes: bool, // start other programs, and use pipes of the socket kind among them
    pub modes: bool,     // change modes, owners, times and attributes of files
}

#[cfg(target_arch = "x86_64")]
const NATIVE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const NATIVE: u32 = 0xc000_00b7;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const NATIVE: u32 = 0;

// linux/sched.h
const CLONE_PARENT: u32 = 0x8000;
const CLONE_THREAD: u32 = 0x1_0000;
const CLONE_NEW: u32 = 0x7e02_0000;

// Who gets a signal when a descriptor is ready, and which: F_SETOWN, F_SETSIG, F_SETOWN_EX.
const SIGNALLING_FCNTL: &[u32] = &[8, 10, 15];
// Typing into a terminal (TIOCSTI, TIOCLINUX), and signals again (FIOSETOWN, SIOCSPGRP).
const MEDDLING_IOCTL: &[u32] = &[0x5412, 0x541c, 0x8901, 0x8902];

const AF_UNIX: u32 = 1;
const SOCK_DGRAM: u32 = 2; // and a bit of SOCK_RAW, which is the same here; not of the other types

struct Filter(Vec<Instruction>);

impl Filter {
    fn add(&mut self, code: u16, operand: u32, if_true: u8, if_false: u8) {
        self.0.push(Instruction { code, if_true, if_false, operand });
    }

    fn load(&mut self, offset: u32) {
        self.add(LOAD, offset, 0, 0);
    }

    fn end(&mut self, action: u32) {
        self.add(RETURN, action, 0, 0);
    }

    /// End with `action` where the jump's condition holds, else go on.
    fn end_if(&mut self, jump: u16, operand: u32, action: u32) {
        self.add(jump, operand, 0, 1);
        self.end(action);
    }

    fn end_unless(&mut self, jump: u16, operand: u32, action: u32) {
        self.add(jump, operand, 1, 0);
        self.end(action);
    }

    fn answer(&mut self, call: &Call, action: u32) {
        if call.number() != NONE {
            self.end_if(JUMP_EQUAL, call.number(), action);
        }
    }

    /// A rule for one call, which may look at arguments; what it lets through is allowed.
    fn rule(&mut self, call: &Call, body: impl Fn(&mut Filter)) {
        let mut inside = Filter(vec![]);
        body(&mut inside);
        inside.end(ALLOW);
        self.add(JUMP_EQUAL, call.number(), 0, inside.0.len() as u8);
        self.0.append(&mut inside.0);
    }
}

/// Threads are let through; `processes` decides about the rest, and never in a namespace of their own.
/// CLONE_PARENT would hand a child to the judge.
fn restrict_clone(filter: &mut Filter, processes: bool) {
    filter.load(argument(0));
    filter.end_if(JUMP_ANY_BIT, CLONE_NEW | CLONE_PARENT, REFUSE);
    if !processes {
        filter.end_unless(JUMP_ANY_BIT, CLONE_THREAD, REFUSE);
    }
}

fn restrict_signals(filter: &mut Filter) {
    filter.load(argument(0));
    filter.end_unless(JUMP_EQUAL, std::process::id(), REFUSE); // exec keeps the number
}

/// Limits can be read and not set: the last privileges of a root user could raise them.
fn restrict_limits(filter: &mut Filter) {
    for half in [argument(2), argument(2) + 4] {
        filter.load(half);
        filter.end_unless(JUMP_EQUAL, 0, REFUSE);
    }
}

fn refuse_values(filter: &mut Filter, values: &[u32]) {
    filter.load(argument(1));
    values.iter().for_each(|&value| filter.end_if(JUMP_EQUAL, value, REFUSE));
}

/// A connected pair reaches nobody else, but for datagrams, which can be sent to any address.
fn restrict_pairs(filter: &mut Filter, processes: bool) {
    filter.load(argument(0));
    filter.end_unless(JUMP_EQUAL, if processes { AF_UNIX } else { NONE }, REFUSE);
    filter.load(argument(1));
    filter.end_if(JUMP_ANY_BIT, SOCK_DGRAM, REFUSE);
}

fn filter(profile: Profile) -> Filter {
    let mut filter = Filter(vec![]);
    filter.load(ARCHITECTURE);
    filter.end_unless(JUMP_EQUAL, NATIVE, KILL_PROCESS);
    filter.load(NUMBER);
    filter.end_if(JUMP_GREATER, NEWEST, UNKNOWN);
    filter.answer(&CLONE3, UNKNOWN); // its flags lie in memory, out of the filter's sight
    REFUSED.iter().for_each(|call| filter.answer(call, REFUSE));
    if !profile.processes {
        FORKS.iter().for_each(|call| filter.answer(call, REFUSE));
    }
    if !profile.modes {
        MODES.iter().for_each(|call| filter.answer(call, REFUSE));
    }
    SIGNALS.iter().for_each(|call| filter.rule(call, restrict_signals));
    filter.rule(&CLONE, |rule| restrict_clone(rule, profile.processes));
    filter.rule(&PRLIMIT64, restrict_limits);
    filter.rule(&FCNTL, |rule| refuse_values(rule, SIGNALLING_FCNTL));
    filter.rule(&IOCTL, |rule| refuse_values(rule, MEDDLING_IOCTL));
    filter.rule(&SOCKETPAIR, |rule| restrict_pairs(rule, profile.processes));
    filter.end(ALLOW);
    filter
}

/// Put this process and all that it becomes under the filter; false where the kernel cannot.
/// It needs no_new_privs.
pub fn install(profile: Profile) -> bool {
    if NATIVE == 0 {
        return false;
    }
    let filter = filter(profile);
    let program = Program { length: filter.0.len() as u16, instructions: filter.0.as_ptr() };
    // SAFETY: the program and its instructions outlive the call, which copies them.
    unsafe { prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, std::ptr::addr_of!(program) as c_ulong, 0, 0) == 0 }
}
