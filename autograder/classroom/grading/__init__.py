"""Run, answer, judge and record, for one submission or a class."""
