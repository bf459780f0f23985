"""The right answers: four more update rules, clipping by the global norm, and warm-up with a cosine."""

from .clipping import clip_by_global_norm
from .rules import adadelta_step, adamw_step, amsgrad_step, nadam_step
from .schedules import warmup_cosine

__all__ = [
    "adadelta_step",
    "adamw_step",
    "amsgrad_step",
    "clip_by_global_norm",
    "nadam_step",
    "warmup_cosine",
]
