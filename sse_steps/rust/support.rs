//! Typed frames between the judge and a candidate's function. Trusted; linked beside the candidate.
//!
//! A frame is a little-endian u32 length and that many bytes of payload. The judge sends the number of
//! a function and the arguments of one call; the answer is `A`, a value and a map of what the mutably
//! borrowed arguments hold afterwards; `P` for a panic; or `U` and the reason why an argument cannot be
//! expressed in the candidate's parameter type. Values are a tag byte and its content (see
//! `frames.py`, which holds the other end).

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fs::File;
use std::hash::{BuildHasher, Hash};
use std::io::{Read, Write};
use std::os::fd::FromRawFd;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::{ExitCode, Termination};

/// A value as it came from the judge.
#[derive(Clone, Debug)]
pub enum Value {
    None,
    Bool(bool),
    Int(i128),
    Large(u128), // beyond an i128
    Float(f64),
    Text(String),
    Sequence(Vec<Value>),
    Map(Vec<(Value, Value)>),
}

/// Why an argument does not fit the parameter's type.
#[derive(Debug)]
pub struct Mismatch(pub String);

fn mismatch<T>(value: &Value) -> Result<T, Mismatch> {
    let name = std::any::type_name::<T>();
    Err(Mismatch(format!("{value:?} does not fit {name}")))
}

/// The arguments of one call, handed out from left to right.
pub struct Arguments {
    values: std::vec::IntoIter<Value>,
    position: i128,
}

impl Arguments {
    /// The next argument, as whatever type the candidate's parameter has.
    pub fn next<T: FromCase>(&mut self) -> Result<T, Mismatch> {
        let value = self.values.next().ok_or_else(|| Mismatch("too few arguments".into()))?;
        let before = BORROWED.with_borrow(Vec::len);
        let argument = T::from_case(&value);
        BORROWED.with_borrow_mut(|all| {
            // What an argument holds inside was lent before the argument itself, if that was lent.
            let outermost = all.drain(before..).last();
            if std::any::type_name::<T>().starts_with("&mut ") {
                all.extend(outermost.map(|each| Borrowed { position: Some(self.position), ..each }));
            }
        });
        self.position += 1;
        argument
    }
}

/// An argument that the function borrows mutably, to be looked at after the call.
struct Borrowed {
    position: Option<i128>,
    look: Box<dyn Fn(&mut Vec<u8>)>,
}

thread_local! {
    static BORROWED: RefCell<Vec<Borrowed>> = const { RefCell::new(Vec::new()) };
}

/// Leak a value and remember to tell what it holds after the call.
fn lend<T: ToAnswer + ?Sized + 'static>(value: Box<T>) -> &'static mut T {
    let place = Box::into_raw(value);
    // SAFETY: leaked, so valid for good; looked at when the call is over and its borrow has ended.
    let look = Box::new(move |out: &mut Vec<u8>| unsafe { &*place }.to_answer(out));
    BORROWED.with_borrow_mut(|all| all.push(Borrowed { position: None, look }));
    unsafe { &mut *place }
}

/// The bytes of a map from position to what the argument there holds now; forgets them.
fn held_afterwards() -> Vec<u8> {
    let all = BORROWED.take();
    let mut out = vec![];
    head(&mut out, b'm', all.len());
    for each in all {
        each.position.to_answer(&mut out);
        (each.look)(&mut out);
    }
    out
}

/// A type that an argument can be turned into.
pub trait FromCase: Sized {
    fn from_case(value: &Value) -> Result<Self, Mismatch>;
}

macro_rules! integers {
    ($($kind:ty),*) => {$(
        impl FromCase for $kind {
            fn from_case(value: &Value) -> Result<Self, Mismatch> {
                match value {
                    Value::Int(number) => <$kind>::try_from(*number).or_else(|_| mismatch(value)),
                    Value::Large(number) => <$kind>::try_from(*number).or_else(|_| mismatch(value)),
                    _ => mismatch(value),
                }
            }
        }
        impl ToAnswer for $kind {
            fn to_answer(&self, out: &mut Vec<u8>) {
                let (tag, bytes) = match i128::try_from(*self) {
                    Ok(number) => (b'i', number.to_le_bytes()),
                    Err(_) => (b'g', (*self as u128).to_le_bytes()),
                };
                out.push(tag);
                out.extend(bytes);
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

macro_rules! floats {
    ($($kind:ty),*) => {$(
        impl FromCase for $kind {
            fn from_case(value: &Value) -> Result<Self, Mismatch> {
                match value {
                    Value::Float(number) => Ok(*number as $kind),
                    Value::Int(number) => Ok(*number as $kind),
                    _ => mismatch(value),
                }
            }
        }
        impl ToAnswer for $kind {
            fn to_answer(&self, out: &mut Vec<u8>) {
                out.push(b'f');
                out.extend((*self as f64).to_le_bytes());
            }
        }
    )*};
}
floats!(f32, f64);

impl FromCase for bool {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        if let Value::Bool(flag) = value { Ok(*flag) } else { mismatch(value) }
    }
}

impl FromCase for String {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        if let Value::Text(text) = value { Ok(text.clone()) } else { mismatch(value) }
    }
}

impl FromCase for char {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        let Value::Text(text) = value else { return mismatch(value) };
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => Ok(letter),
            _ => mismatch(value),
        }
    }
}

impl FromCase for () {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        if let Value::None = value { Ok(()) } else { mismatch(value) }
    }
}

impl<T: FromCase> FromCase for Option<T> {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        if let Value::None = value { Ok(None) } else { T::from_case(value).map(Some) }
    }
}

// Arguments live as long as the process, so borrowing parameters of any lifetime can be served.
impl FromCase for &'static str {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        Ok(String::leak(String::from_case(value)?))
    }
}

impl<T: FromCase> FromCase for &'static [T] {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        Ok(Vec::leak(Vec::from_case(value)?))
    }
}

impl<T: FromCase + ToAnswer> FromCase for &'static mut [T] {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        Ok(lend(Vec::from_case(value)?.into_boxed_slice()))
    }
}

impl<T: FromCase> FromCase for &'static T {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        Ok(Box::leak(Box::new(T::from_case(value)?)))
    }
}

impl<T: FromCase + ToAnswer> FromCase for &'static mut T {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        Ok(lend(Box::new(T::from_case(value)?)))
    }
}

impl<T: FromCase> FromCase for Box<T> {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        T::from_case(value).map(Box::new)
    }
}

macro_rules! sequences {
    ($($kind:ident [$($bound:path),*]),*) => {$(
        impl<T: FromCase $(+ $bound)*> FromCase for $kind<T> {
            fn from_case(value: &Value) -> Result<Self, Mismatch> {
                let Value::Sequence(items) = value else { return mismatch(value) };
                items.iter().map(T::from_case).collect()
            }
        }
    )*};
}
sequences!(Vec[], VecDeque[], HashSet[Eq, Hash], BTreeSet[Ord]);

macro_rules! maps {
    ($($kind:ident [$($bound:path),*]),*) => {$(
        impl<K: FromCase $(+ $bound)*, V: FromCase> FromCase for $kind<K, V> {
            fn from_case(value: &Value) -> Result<Self, Mismatch> {
                let Value::Map(pairs) = value else { return mismatch(value) };
                let pair = |(key, item): &(Value, Value)| Ok((K::from_case(key)?, V::from_case(item)?));
                pairs.iter().map(pair).collect()
            }
        }
    )*};
}
maps!(HashMap[Eq, Hash], BTreeMap[Ord]);

impl<T: FromCase, const N: usize> FromCase for [T; N] {
    fn from_case(value: &Value) -> Result<Self, Mismatch> {
        Vec::from_case(value)?.try_into().or_else(|_| mismatch(value))
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),+)),+) => {$(
        impl<$($name: FromCase),+> FromCase for ($($name,)+) {
            fn from_case(value: &Value) -> Result<Self, Mismatch> {
                match value {
                    Value::Sequence(items) if items.len() == [$($index),+].len() => {
                        Ok(($($name::from_case(&items[$index])?,)+))
                    }
                    _ => mismatch(value),
                }
            }
        }
        impl<$($name: ToAnswer),+> ToAnswer for ($($name,)+) {
            fn to_answer(&self, out: &mut Vec<u8>) {
                head(out, b't', [$($index),+].len());
                $(self.$index.to_answer(out);)+
            }
        }
    )+};
}
tuples!(
    (A 0), (A 0, B 1), (A 0, B 1, C 2), (A 0, B 1, C 2, D 3), (A 0, B 1, C 2, D 3, E 4),
    (A 0, B 1, C 2, D 3, E 4, F 5), (A 0, B 1, C 2, D 3, E 4, F 5, G 6),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7), (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
);

/// A type that can be sent back as an answer.
pub trait ToAnswer {
    fn to_answer(&self, out: &mut Vec<u8>);
}

fn head(out: &mut Vec<u8>, tag: u8, count: usize) {
    out.push(tag);
    out.extend((count as u32).to_le_bytes());
}

fn items<'a, T: ToAnswer + 'a>(out: &mut Vec<u8>, tag: u8, all: impl ExactSizeIterator<Item = &'a T>) {
    head(out, tag, all.len());
    all.for_each(|item| item.to_answer(out));
}

impl ToAnswer for bool {
    fn to_answer(&self, out: &mut Vec<u8>) {
        out.extend([b'b', u8::from(*self)]);
    }
}

impl ToAnswer for str {
    fn to_answer(&self, out: &mut Vec<u8>) {
        head(out, b's', self.len());
        out.extend(self.as_bytes());
    }
}

impl ToAnswer for String {
    fn to_answer(&self, out: &mut Vec<u8>) {
        self.as_str().to_answer(out);
    }
}

impl ToAnswer for Cow<'_, str> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        self.as_ref().to_answer(out);
    }
}

impl ToAnswer for char {
    fn to_answer(&self, out: &mut Vec<u8>) {
        self.to_string().to_answer(out);
    }
}

impl ToAnswer for () {
    fn to_answer(&self, out: &mut Vec<u8>) {
        out.push(b'v');
    }
}

impl<T: ToAnswer> ToAnswer for Option<T> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.to_answer(out),
            None => out.push(b'n'),
        }
    }
}

impl<T: ToAnswer, E> ToAnswer for Result<T, E> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        match self {
            Ok(value) => value.to_answer(out),
            Err(_) => out.push(b'e'),
        }
    }
}

impl<T: ToAnswer + ?Sized> ToAnswer for &T {
    fn to_answer(&self, out: &mut Vec<u8>) {
        (**self).to_answer(out);
    }
}

impl<T: ToAnswer + ?Sized> ToAnswer for &mut T {
    fn to_answer(&self, out: &mut Vec<u8>) {
        (**self).to_answer(out);
    }
}

impl<T: ToAnswer + ?Sized> ToAnswer for Box<T> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        (**self).to_answer(out);
    }
}

impl<T: ToAnswer> ToAnswer for [T] {
    fn to_answer(&self, out: &mut Vec<u8>) {
        items(out, b'l', self.iter());
    }
}

impl<T: ToAnswer, const N: usize> ToAnswer for [T; N] {
    fn to_answer(&self, out: &mut Vec<u8>) {
        items(out, b'l', self.iter());
    }
}

impl<T: ToAnswer> ToAnswer for Vec<T> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        items(out, b'l', self.iter());
    }
}

impl<T: ToAnswer> ToAnswer for VecDeque<T> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        items(out, b'l', self.iter());
    }
}

impl<T: ToAnswer, S: BuildHasher> ToAnswer for HashSet<T, S> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        items(out, b'u', self.iter());
    }
}

impl<T: ToAnswer> ToAnswer for BTreeSet<T> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        items(out, b'u', self.iter());
    }
}

impl<K: ToAnswer, V: ToAnswer, S: BuildHasher> ToAnswer for HashMap<K, V, S> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        head(out, b'm', self.len());
        self.iter().for_each(|(key, value)| {
            key.to_answer(out);
            value.to_answer(out);
        });
    }
}

impl<K: ToAnswer, V: ToAnswer> ToAnswer for BTreeMap<K, V> {
    fn to_answer(&self, out: &mut Vec<u8>) {
        head(out, b'm', self.len());
        self.iter().for_each(|(key, value)| {
            key.to_answer(out);
            value.to_answer(out);
        });
    }
}

/// The bytes of an answer. Called by the bridge that the judge appends to the candidate.
pub fn answer<T: ToAnswer + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = vec![b'A'];
    value.to_answer(&mut out);
    out
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_at(N);
        self.0 = rest;
        taken.try_into().expect("split_at gave N bytes")
    }

    fn count(&mut self) -> usize {
        u32::from_le_bytes(self.take()) as usize
    }

    fn value(&mut self) -> Value {
        match self.take::<1>()[0] {
            b'n' => Value::None,
            b'b' => Value::Bool(self.take::<1>()[0] != 0),
            b'i' => Value::Int(i128::from_le_bytes(self.take())),
            b'g' => Value::Large(u128::from_le_bytes(self.take())),
            b'f' => Value::Float(f64::from_le_bytes(self.take())),
            b's' => {
                let length = self.count();
                let (text, rest) = self.0.split_at(length);
                self.0 = rest;
                Value::Text(String::from_utf8_lossy(text).into_owned())
            }
            b'm' => Value::Map((0..self.count()).map(|_| (self.value(), self.value())).collect()),
            b'l' | b't' | b'u' => Value::Sequence((0..self.count()).map(|_| self.value()).collect()),
            tag => unreachable!("the judge sent the tag {tag}"),
        }
    }
}

/// Calls one function of a candidate: arguments in, the bytes of an answer out.
pub type Bridge = fn(&mut Arguments) -> Result<Vec<u8>, Mismatch>;

/// What a candidate offers to the judge.
pub enum Entry {
    Calls(&'static [Bridge]),
    Program(fn() -> ExitCode),
}

/// Run the main function of a program and return its exit code.
pub fn finish<T: Termination>(main: fn() -> T) -> ExitCode {
    main().report()
}

/// Do what the judge asks of the candidate of its choice. The choice comes in a variable, because a
/// program's arguments are its own; it is gone before the candidate runs.
pub fn start(entry: fn(usize) -> Entry) -> ExitCode {
    let choice = std::env::var("JUDGE_CHOICE").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    std::env::remove_var("JUDGE_CHOICE");
    match entry(choice) {
        Entry::Program(main) => main(),
        Entry::Calls(bridges) => {
            serve(bridges);
            ExitCode::SUCCESS
        }
    }
}

fn answer_one(payload: &[u8], bridges: &[Bridge]) -> Vec<u8> {
    let Value::Sequence(mut values) = Cursor(payload).value() else { unreachable!("a call is a sequence") };
    let Value::Int(function) = values.remove(0) else { unreachable!("a call begins with its function") };
    let mut arguments = Arguments { values: values.into_iter(), position: 0 };
    BORROWED.take();
    match catch_unwind(AssertUnwindSafe(|| bridges[function as usize](&mut arguments))) {
        Ok(Ok(bytes)) => [bytes, held_afterwards()].concat(),
        Ok(Err(Mismatch(why))) => [b"U", why.as_bytes()].concat(),
        Err(_) => b"P".to_vec(),
    }
}

fn read_frame(source: &mut File) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    source.read_exact(&mut length).ok()?;
    let mut payload = vec![0; u32::from_le_bytes(length) as usize];
    source.read_exact(&mut payload).ok()?;
    Some(payload)
}

/// Answer calls until the judge closes its end. The descriptors of the two pipes are the program's
/// arguments: calls, then answers.
fn serve(bridges: &[Bridge]) {
    let mut descriptors = std::env::args().skip(1).map(|text| text.parse().expect("a descriptor"));
    let mut open = || {
        // SAFETY: the judge opened this descriptor for this process and nothing else owns it.
        unsafe { File::from_raw_fd(descriptors.next().expect("two descriptors")) }
    };
    let (mut calls, mut answers) = (open(), open());
    while let Some(payload) = read_frame(&mut calls) {
        let bytes = answer_one(&payload, bridges);
        let frame = [&(bytes.len() as u32).to_le_bytes(), bytes.as_slice()].concat();
        if answers.write_all(&frame).is_err() {
            return;
        }
    }
}
