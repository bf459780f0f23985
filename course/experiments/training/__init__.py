"""Keras training comparisons: many runs of one model at once, and an honest table of what came out.

    from course.experiments.training import Data, Task, dense, sweep

    task = Task("waves", dense(8, hidden=(16, 16)), Data(x, y, x_val, y_val))
    results = sweep(task, ["momentum", "adam"], rates=[0.001, 0.01, 0.1], seeds=10, epochs=20)
    print(results.summary())

Keras is loaded when training is asked for, not when this package is imported.
"""

from course.experiments.training.gradients import value_and_grad
from course.experiments.training.models import Model, convolution, dense, embedding, gru, lstm
from course.experiments.training.optimizers import OPTIMIZERS
from course.experiments.training.replicas import Trained, train
from course.experiments.training.runs import Results, Run, Table
from course.experiments.training.sweep import sweep
from course.experiments.training.tasks import Data, Task

__all__ = [
    "OPTIMIZERS",
    "Data",
    "Model",
    "Results",
    "Run",
    "Table",
    "Task",
    "Trained",
    "convolution",
    "dense",
    "embedding",
    "gru",
    "lstm",
    "sweep",
    "train",
    "value_and_grad",
]
