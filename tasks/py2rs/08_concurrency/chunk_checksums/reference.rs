use std::env;
use std::io::{self, Read};
use std::process::ExitCode;
use std::thread;

const MODULUS: u32 = 65_521;

/// Returns the Adler-32 checksum of one block.
fn adler32(block: &[u8]) -> u32 {
    let (mut low, mut high) = (1, 0);
    for &byte in block {
        low = (low + u32::from(byte)) % MODULUS;
        high = (high + low) % MODULUS;
    }
    high << 16 | low
}

/// Checks all blocks, each in a thread of its own, and returns the checksums in order.
fn checksums(blocks: &[&[u8]]) -> Vec<u32> {
    thread::scope(|scope| {
        let handles: Vec<_> = blocks
            .iter()
            .map(|block| scope.spawn(|| adler32(block)))
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().expect("a checksum should not panic"))
            .collect()
    })
}

fn main() -> ExitCode {
    let size: usize = match env::args().nth(1).map(|text| text.parse()) {
        Some(Ok(size)) if size > 0 => size,
        _ => {
            println!("the block size must be positive");
            return ExitCode::from(2);
        }
    };
    let mut data = Vec::new();
    io::stdin()
        .read_to_end(&mut data)
        .expect("standard input should be readable");
    let blocks: Vec<&[u8]> = data.chunks(size).collect();
    let mut combined: u32 = 0;
    for (number, checksum) in checksums(&blocks).into_iter().enumerate() {
        let length = blocks[number].len();
        println!("{:04} +{length}: {checksum:08x}", number * size);
        combined = combined.wrapping_mul(31).wrapping_add(checksum);
    }
    println!("{} blocks: {combined:08x}", blocks.len());
    ExitCode::SUCCESS
}
