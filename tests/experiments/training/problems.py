"""One small task for each kind of model and of loss."""

from __future__ import annotations

import numpy as np

from course.experiments.training import Data, Task, convolution, dense, embedding, gru, lstm


def _tasks() -> dict[str, Task]:
    rng = np.random.default_rng(3)
    n, n_val = 42, 20  # in batches of 16 the last batch has 10 observations
    x, series = rng.standard_normal((n + n_val, 5)), rng.standard_normal((n + n_val, 6, 2))
    categories = rng.integers(0, 9, (n + n_val, 3))
    images = rng.standard_normal((n + n_val, 6, 5, 2))

    def data(inputs: np.ndarray, targets: np.ndarray) -> Data:
        return Data(inputs[:n], targets[:n], inputs[n:], targets[n:])

    return {
        "dense": Task("waves", dense(5, hidden=(6,)), data(x, np.sin(x[:, 0])), batch_size=16),
        "lstm": Task("sums", lstm(6, 2, units=4), data(series, series.sum(axis=(1, 2))), batch_size=16),
        "gru": Task(
            "largest",
            gru(6, 2, units=4, outputs=3),
            data(series, series[:, :3, 0].argmax(axis=1)),
            "crossentropy",
            batch_size=16,
        ),
        "embedding": Task(
            "even",
            embedding(9, 3, 2, hidden=(4,)),
            data(categories, categories.sum(axis=1) % 2),
            "binary_crossentropy",
            batch_size=16,
        ),
        "images": Task(
            "corners",
            convolution((6, 5), 2, filters=(3, 4), kernel=2, outputs=3),
            data(images, images[:, 0, :3, 0].argmax(axis=1)),
            "crossentropy",
            batch_size=16,
        ),
        "series": Task(
            "fading",
            convolution((9,), filters=(3,), stride=2, activation="tanh"),
            data(series[:, :, :1].repeat(2, axis=1)[:, :9], series[:, 0, 0]),
            batch_size=16,
        ),
    }


TASKS = _tasks()
