"""SQL turns verdicts into metrics: one select a file, and what runs them."""
