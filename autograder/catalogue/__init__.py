"""How people get the rules wrong, and right in other words: one module per exercise, one small entry per mistake."""
