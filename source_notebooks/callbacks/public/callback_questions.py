"""The questions before code, with what is right: for `course.workshop.predictions.predict`. No peeking."""

from __future__ import annotations

from typing import Any

BATCH_LOSSES: dict[str, Any] = {
    "question": "Two batches of 32 rows. After the first one `fit` shows the loss 2.0, after the second one 1.5. What "
    "was the loss of the second batch?",
    "figure": 1.0,
    "within": 0.01,
    "why": "1.5 is the mean of both: (2.0 + 1.0) / 2.",
}
PATIENCE: dict[str, Any] = {
    "question": "Validation losses 5, 4, 3, 3.5, 3.2, 3.1, 2 and a patience of 3: how many epochs run?",
    "figure": 6,
    "within": 0.01,
    "why": "3 is the best after the third epoch; the next three are no improvement on it. The 2 is never seen.",
}
RELATIVE_PLATEAU: dict[str, Any] = {
    "question": "The squared error of daily returns is 0.0002 and falls by 5 % in each epoch. How often does Keras' "
    "own ReduceLROnPlateau(patience=3) cut the rate in 12 epochs?",
    "figure": 3,
    "within": 0.01,
    "why": "An improvement has to be one by 0.0001, half of the loss: none is. It cuts after epochs 4, 7 and 10.",
}
WARMUP_COSINE: dict[str, Any] = {
    "question": "The peak is 0.1, the warm-up has 20 batches, and there are 100 in all. What is the rate at t = 60?",
    "figure": 0.05,
    "within": 0.01,
    "why": "That is half of the way from 20 to 100, where the cosine is 0.",
}
VALIDATION_SHARPE: dict[str, Any] = {
    "question": "A strategy earns 0.05 % a day on average, with a standard deviation of 1 %. What is its Sharpe ratio "
    "per year of 252 days?",
    "figure": 0.794,
    "why": "The root of 252 is 15.87, times 0.05.",
}
