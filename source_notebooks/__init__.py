"""The TPs of this course: one folder each, and everything about a TP is in its folder."""
