"""The experiments of `tp compare`, one module each; the claims they test stand in `course/training/claims.toml`."""

from course.training.experiment import Experiment, Measurement
from course.training.experiments import cost, curves, defaults, dense, drift, longer, recurrent, sparse, valley

EXPERIMENTS: dict[str, Experiment | Measurement] = {
    module.EXPERIMENT.name: module.EXPERIMENT
    for module in (dense, sparse, recurrent, drift, curves, longer, defaults, valley, cost)
}
"""Name -> experiment, in the order in which they are run."""
