# Handed in as it was fetched, and only the first part.
# ruff: noqa
# without: 2_model.ipynb
