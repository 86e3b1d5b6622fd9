//! The system calls that the filter in `seccomp.rs` knows, by their numbers. What is not here is allowed.

/// A call's numbers on x86_64 and on aarch64.
pub struct Call(u32, u32);

pub const NONE: u32 = u32::MAX;

impl Call {
    pub const fn number(&self) -> u32 {
        if cfg!(target_arch = "x86_64") { self.0 } else { self.1 }
    }
}

// The calls of the x32 variant of x86_64 have this bit and come under the same architecture, so that
// they are newer than the newest as well.
pub const NEWEST: u32 = 462; // mseal, Linux 6.10

pub const REFUSED: &[Call] = &[
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

pub const FORKS: &[Call] = &[
    Call(57, NONE), // fork
    Call(58, NONE), // vfork
];

pub const MODES: &[Call] = &[
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
pub const SIGNALS: &[Call] = &[
    Call(62, 129),  // kill
    Call(200, 130), // tkill
    Call(234, 131), // tgkill
    Call(129, 138), // rt_sigqueueinfo
    Call(297, 240), // rt_tgsigqueueinfo
];

pub const CLONE: Call = Call(56, 220);
pub const CLONE3: Call = Call(435, 435);
pub const PRLIMIT64: Call = Call(302, 261);
pub const FCNTL: Call = Call(72, 25);
pub const IOCTL: Call = Call(16, 29);
pub const SOCKETPAIR: Call = Call(53, 199);
