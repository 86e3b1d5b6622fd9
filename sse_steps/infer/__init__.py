"""Engines: what turns Python into Rust, behind one small protocol."""
