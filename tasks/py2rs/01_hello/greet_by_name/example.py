"""Greet one person by name."""

import sys

name = sys.argv[1]

print(f"Hello, {name}!")
print("Welcome to Rust.")
