"""Sweeps: many builds of a candidate each, and one report over all of them."""
