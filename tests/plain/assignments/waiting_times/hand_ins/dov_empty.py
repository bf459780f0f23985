# Handed in as it was fetched.
# ruff: noqa
