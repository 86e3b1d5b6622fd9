"""Hydra launcher `sse_ray`: the jobs of a sweep as tasks of a Ray cluster (docs/scale.md)."""
