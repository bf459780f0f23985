"""Mistakes that several rules share."""
