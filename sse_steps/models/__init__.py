"""Models: where their weights come from, and the files that hold them."""
