"""Keras training, many runs as one stack, and what such runs say of optimizers."""
