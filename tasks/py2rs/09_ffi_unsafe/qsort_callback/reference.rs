use std::cmp::Reverse;
use std::env;
use std::ffi::{c_int, c_void};
use std::mem::size_of;
use std::process::ExitCode;

type Compare = unsafe extern "C" fn(*const c_void, *const c_void) -> c_int;

extern "C" {
    fn qsort(base: *mut c_void, count: usize, size: usize, compare: Compare);
}

/// A name of at most seven bytes, filled up with zeros, and a score.
#[repr(C)]
struct Record {
    name: [u8; 8],
    score: i32,
}

impl Record {
    /// Reads "ann=5"; `None` is a name that is too long.
    fn parse(argument: &str) -> Option<Self> {
        let (text, score) = argument.split_once('=').expect("a score is missing");
        let score = score.parse().expect("a score should be a number");
        if text.len() > 7 {
            return None;
        }
        let mut name = [0; 8];
        name[..text.len()].copy_from_slice(text.as_bytes());
        Some(Self { name, score })
    }

    fn name(&self) -> String {
        let end = self.name.iter().take_while(|&&byte| byte != 0).count();
        String::from_utf8_lossy(&self.name[..end]).into_owned()
    }
}

/// Compares two records: the higher score comes first, then the smaller name.
///
/// # Safety
/// Both pointers must point to records.
unsafe extern "C" fn by_score(left: *const c_void, right: *const c_void) -> c_int {
    let (left, right) = unsafe { (&*left.cast::<Record>(), &*right.cast::<Record>()) };
    let order = (Reverse(left.score), left.name).cmp(&(Reverse(right.score), right.name));
    order as c_int
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let records: Option<Vec<Record>> = arguments.iter().map(|a| Record::parse(a)).collect();
    let Some(mut records) = records else {
        println!("name too long");
        return ExitCode::from(2);
    };
    let base = records.as_mut_ptr().cast();
    // SAFETY: base points to that many records, which by_score only reads.
    unsafe { qsort(base, records.len(), size_of::<Record>(), by_score) };
    for (index, record) in records.iter().enumerate() {
        println!("{}. {:<7} {:+}", index + 1, record.name(), record.score);
    }
    println!("{} records of {} bytes", records.len(), size_of::<Record>());
    ExitCode::SUCCESS
}
