use std::env;
use std::mem::{align_of, offset_of, size_of};

/// A header with the gaps that C puts in front of wider fields.
#[derive(Clone, Copy)]
#[repr(C)]
struct Packet {
    kind: u8,
    length: u16,
    sequence: u32,
    flags: u8,
}

const SIZE: usize = size_of::<Packet>();

/// The same memory as a packet and as bytes.
#[repr(C)]
union Memory {
    packet: Packet,
    bytes: [u8; SIZE],
}

fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn print_layout() {
    let fields = [
        ("kind", offset_of!(Packet, kind), size_of::<u8>()),
        ("length", offset_of!(Packet, length), size_of::<u16>()),
        ("sequence", offset_of!(Packet, sequence), size_of::<u32>()),
        ("flags", offset_of!(Packet, flags), size_of::<u8>()),
    ];
    for (name, offset, size) in fields {
        println!("{name} at {offset}, {size} bytes");
    }
    println!("{SIZE} bytes, aligned to {}", align_of::<Packet>());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn main() {
    let numbers: Vec<u32> = env::args()
        .skip(1)
        .map(|text| number(&text).expect("every argument should be a number"))
        .collect();
    let [kind, length, sequence, flags] = numbers[..] else {
        panic!("four arguments are needed");
    };
    print_layout();
    // The fields are set one by one, so that the gaps between them stay zero.
    let mut memory = Memory { bytes: [0; SIZE] };
    // SAFETY: every pattern of bytes is a packet, and all bytes are initialised.
    let (packet, bytes) = unsafe {
        memory.packet.kind = kind as u8;
        memory.packet.length = length as u16;
        memory.packet.sequence = sequence;
        memory.packet.flags = flags as u8;
        let groups: Vec<String> = memory.bytes.chunks(4).map(hex).collect();
        println!("{}", groups.join(" "));
        memory.bytes[offset_of!(Packet, length)] = 0xFF;
        memory.bytes[offset_of!(Packet, sequence) + 3] ^= 0x80;
        (memory.packet, memory.bytes)
    };
    println!(
        "{} {} {} {}",
        packet.kind, packet.length, packet.sequence, packet.flags
    );
    let checksum = bytes
        .iter()
        .fold(0, |sum: u8, &byte| sum.wrapping_add(byte));
    println!("checksum {checksum}");
}
