"""The experiments of `tp compare`, one module each; the claims they test stand in `course/training/claims.toml`."""

from course.training.experiment import Experiment, Measurement
from course.training.experiments import dense

EXPERIMENTS: dict[str, Experiment | Measurement] = {experiment.name: experiment for experiment in (dense.EXPERIMENT,)}
"""Name -> experiment, in the order in which they are run."""
