const KIB: i64 = 1024;
const MIB: i64 = KIB * 1024;
const GIB: i64 = MIB * 1024;

/// Write a number of bytes in the largest unit that it fills.
pub fn human_size(size: i64) -> String {
    let count = size as f64;
    if size < KIB {
        format!("{size} B")
    } else if size < MIB {
        format!("{:.1} KiB", count / KIB as f64)
    } else if size < GIB {
        format!("{:.2} MiB", count / MIB as f64)
    } else {
        format!("{:.3} GiB", count / GIB as f64)
    }
}
