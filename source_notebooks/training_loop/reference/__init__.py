"""The right answers: what is prepared before training, the loop itself, and the noise of its gradients."""

from .loop import loss_and_gradients, train_epoch
from .noise import noise_scale
from .preparation import batch_size_for, standardise, walk_forward

__all__ = [
    "batch_size_for",
    "loss_and_gradients",
    "noise_scale",
    "standardise",
    "train_epoch",
    "walk_forward",
]
