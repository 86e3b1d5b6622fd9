//! Empty: the crates that this package depends on are what is wanted.
