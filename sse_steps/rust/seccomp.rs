//! A filter of system calls, for what paths and limits do not cover: processes, sockets, other programs'
//! memory and signals, and the parts of the kernel that a candidate or a compiler has no use for.
//!
//! It refuses by name and allows the rest; numbers that are newer than this file do not exist for the
//! program. Refusals are errors, not kills, so that libraries fall back to what they did before.

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

/// A call's numbers on x86_64 and on aarch64.
struct Call(u32, u32);

const NONE: u32 = u32::MAX;

#[cfg(target_arch = "x86_64")]
const NATIVE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const NATIVE: u32 = 0xc000_00b7;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const NATIVE: u32 = 0;

impl Call {
    const fn number(&self) -> u32 {
        if cfg!(target_arch = "x86_64") { self.0 } else { self.1 }
    }
}

// The calls of the x32 variant of x86_64 have this bit and come under the same architecture, so that
// they are newer than the newest as well.
const NEWEST: u32 = 462; // mseal, Linux 6.10

const REFUSED: &[Call] = &[
    // other processes: their memory, their scheduling, their descriptors
    Call(101, 117), // ptrace
    Call(310, 270), // process_vm_readv
    Call(311, 271), // process_vm_writev
    Call(440, 440), // process_madvise
    Call(448, 448), // process_mrelease
    Call(312, 272), // kcmp
    Call(256, 238), // migrate_pages
    Call(279, 239), // move_pages
    Call(424, 424), // pidfd_send_signal
    Call(434, 434), // pidfd_open
    Call(438, 438), // pidfd_getfd
    Call(141, 140), // setpriority
    Call(142, 118), // sched_setparam
    Call(144, 119), // sched_setscheduler
    Call(203, 122), // sched_setaffinity
    Call(314, 274), // sched_setattr
    Call(251, 30),  // ioprio_set
    Call(160, 164), // setrlimit
    // leaving the session, which is what the judge ends
    Call(112, 157), // setsid
    Call(109, 154), // setpgid
    // namespaces and mounts
    Call(272, 97),  // unshare
    Call(308, 268), // setns
    Call(161, 51),  // chroot
    Call(155, 41),  // pivot_root
    Call(165, 40),  // mount
    Call(166, 39),  // umount2
    Call(428, 428), // open_tree
    Call(429, 429), // move_mount
    Call(430, 430), // fsopen
    Call(431, 431), // fsconfig
    Call(432, 432), // fsmount
    Call(433, 433), // fspick
    Call(442, 442), // mount_setattr
    Call(303, 264), // name_to_handle_at
    Call(304, 265), // open_by_handle_at
    Call(300, 262), // fanotify_init
    // the network; processes may have connected pairs, see `restrict_pairs`
    Call(41, 198), // socket
    // memory and queues that the address space does not count or that outlive the program
    Call(319, 279), // memfd_create
    Call(447, 447), // memfd_secret
    Call(29, 194),  // shmget
    Call(30, 196),  // shmat
    Call(64, 190),  // semget
    Call(68, 186),  // msgget
    Call(240, 180), // mq_open
    // the kernel's machinery
    Call(250, 219), // keyctl
    Call(248, 217), // add_key
    Call(249, 218), // request_key
    Call(321, 280), // bpf
    Call(298, 241), // perf_event_open
    Call(323, 282), // userfaultfd
    Call(425, 425), // io_uring_setup
    Call(426, 426), // io_uring_enter
    Call(427, 427), // io_uring_register
    Call(135, 92),  // personality
    Call(246, 104), // kexec_load
    Call(320, 294), // kexec_file_load
    Call(175, 105), // init_module
    Call(313, 273), // finit_module
    Call(176, 106), // delete_module
    Call(169, 142), // reboot
    Call(179, 60),  // quotactl
    Call(443, 443), // quotactl_fd
    Call(163, 89),  // acct
    Call(167, 224), // swapon
    Call(168, 225), // swapoff
    Call(103, 116), // syslog
    Call(170, 161), // sethostname
    Call(171, 162), // setdomainname
    Call(164, 170), // settimeofday
    Call(227, 112), // clock_settime
    Call(305, 266), // clock_adjtime
    Call(159, 171), // adjtimex
    Call(153, 58),  // vhangup
    Call(172, NONE), // iopl
    Call(173, NONE), // ioperm
    Call(154, NONE), // modify_ldt
];

const FORKS: &[Call] = &[
    Call(57, NONE), // fork
    Call(58, NONE), // vfork
];

const MODES: &[Call] = &[
    Call(90, NONE), // chmod
    Call(91, 52),   // fchmod
    Call(268, 53),  // fchmodat
    Call(452, 452), // fchmodat2
    Call(92, NONE), // chown
    Call(93, 55),   // fchown
    Call(94, NONE), // lchown
    Call(260, 54),  // fchownat
    Call(132, NONE), // utime
    Call(235, NONE), // utimes
    Call(261, NONE), // futimesat
    Call(280, 88),  // utimensat
    Call(188, 5),   // setxattr
    Call(189, 6),   // lsetxattr
    Call(190, 7),   // fsetxattr
    Call(197, 14),  // removexattr
    Call(198, 15),  // lremovexattr
    Call(199, 16),  // fremovexattr
    Call(76, 45),   // truncate
];

/// Calls whose first argument is the process, or the thread, that a signal goes to.
const SIGNALS: &[Call] = &[
    Call(62, 129),  // kill
    Call(200, 130), // tkill
    Call(234, 131), // tgkill
    Call(129, 138), // rt_sigqueueinfo
    Call(297, 240), // rt_tgsigqueueinfo
];

const CLONE: Call = Call(56, 220);
const CLONE3: Call = Call(435, 435);
const PRLIMIT64: Call = Call(302, 261);
const FCNTL: Call = Call(72, 25);
const IOCTL: Call = Call(16, 29);
const SOCKETPAIR: Call = Call(53, 199);

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
