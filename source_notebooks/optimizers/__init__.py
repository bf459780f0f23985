"""TP `optimizers`: the six update rules and the two schedules, in NumPy."""
