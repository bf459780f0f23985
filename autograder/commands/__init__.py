"""The commands of `tp`: a module for each part of a term, with an `add` that gives them to the parser in `cli.py`."""
