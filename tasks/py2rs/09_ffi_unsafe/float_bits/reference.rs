use std::env;

/// The same four bytes as a number, as an integer and as bytes.
#[repr(C)]
union Bits {
    number: f32,
    integer: u32,
    octets: [u8; 4],
}

/// Returns sign, exponent and mantissa.
fn describe(bits: &Bits) -> String {
    // SAFETY: every pattern of four bytes is a value of both fields.
    let (integer, octets) = unsafe { (bits.integer, bits.octets) };
    let exponent = integer >> 23 & 0xFF;
    let mantissa = integer & 0x7F_FFFF;
    let kind = match (exponent, mantissa) {
        (0, 0) => "zero".to_string(),
        (0, _) => "subnormal".to_string(),
        (0xFF, 0) => "infinite".to_string(),
        (0xFF, _) => "nan".to_string(),
        _ => format!("2^{}", i64::from(exponent) - 127),
    };
    let sign = if octets[3] & 0x80 == 0 { '+' } else { '-' };
    format!("{sign} {kind} {mantissa:06x}")
}

fn main() {
    for text in env::args().skip(1) {
        let number = text.parse().expect("every argument should be a number");
        let mut bits = Bits { number };
        // SAFETY: as in describe; the three fields share all of their bytes.
        unsafe {
            let hex: String = bits.octets.iter().map(|o| format!("{o:02x}")).collect();
            println!("{:08x} {hex} {}", bits.integer, describe(&bits));
            bits.integer += 1;
            println!("  next {}", describe(&bits));
            bits.octets[3] ^= 0x80;
            bits.octets[0] = 0;
            println!("  changed {:.3}", bits.number);
        }
    }
}
