"""Comparisons run on Keras in float32, as training does."""

from tests.experiments.training.conftest import float32

__all__ = ["float32"]
