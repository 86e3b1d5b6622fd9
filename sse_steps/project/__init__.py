"""A project of one's own: what `sse init` lays down, and the command that does it."""
