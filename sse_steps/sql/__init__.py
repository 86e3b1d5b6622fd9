"""SQL turns verdicts into metrics: staging, marts and checks, one select a file, and what runs them."""
