"""Statistics: pure functions on numbers and arrays."""
