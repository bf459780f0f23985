"""The experiments of `tp compare`, one module each; the claims they test stand in
`course/experiments/comparison/claims.toml`."""

from course.experiments.comparison.experiment import Experiment, Measurement
from course.experiments.studies import (
    convolution,
    cost,
    curves,
    defaults,
    dense,
    drift,
    early,
    longer,
    markets,
    recurrent,
    sparse,
    valley,
)

EXPERIMENTS: dict[str, Experiment | Measurement] = {
    module.EXPERIMENT.name: module.EXPERIMENT
    for module in (dense, sparse, recurrent, markets, convolution, drift, curves, longer, early, defaults, valley, cost)
}
"""Name -> experiment, in the order in which they are run."""
