"""Marking by hand: `tp mark` shows answers on a local page, and takes marks to and from a colleague's machine."""
