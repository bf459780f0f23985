"""One folder per exercise: its criteria, its mistakes and its right forms."""
