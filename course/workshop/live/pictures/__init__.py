"""The live pictures: one module in Python and one in JavaScript each."""
