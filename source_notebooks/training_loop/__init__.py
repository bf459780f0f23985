"""TP `training_loop`: what `fit` does, and what is decided before it starts, in NumPy."""
