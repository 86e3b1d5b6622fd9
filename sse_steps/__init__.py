"""Measure what small language models give up and save at turning Python into Rust."""
