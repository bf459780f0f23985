"""From a TP to what learners get."""
