"""Confined processes for submissions: `warm` starts them, `process` talks to them, `inside` is what runs in them.

Nothing is imported here: `inside` must load without the rest of the grader.
"""
