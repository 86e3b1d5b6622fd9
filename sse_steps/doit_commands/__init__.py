"""Commands of doit that are no tasks: they look at the build, or work where it cannot load."""
