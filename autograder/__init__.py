"""The grader: an engine that knows no TP and no exercise by name."""
