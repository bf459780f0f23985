"""Collecting: what learning systems give, matched with the roster, laid into submitted/."""
