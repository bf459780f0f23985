"""The questions before code, with what is right: for `course.workshop.predictions.predict`. No peeking."""

from __future__ import annotations

from typing import Any

BATCH_SIZE: dict[str, Any] = {
    "question": "1000 rows, batches of 64: how many steps has an epoch?",
    "figure": 16,
    "within": 0.01,
    "why": "15 full batches, and 40 rows are left: they make one more, short.",
}
STANDARDISE: dict[str, Any] = {
    "question": "A price was 90, 100 and 110 in training. Today it is 130. What is its z?",
    "figure": 3.674,
    "why": "The mean is 100, the standard deviation sqrt(200 / 3) = 8.165. With the divisor n - 1 it "
    "would be 10, and z 3.",
}
WALK_FORWARD: dict[str, Any] = {
    "question": "1000 days; 500 to learn from, 100 to be judged by, a gap of 20 between. How many folds fit?",
    "figure": 4,
    "within": 0.01,
    "why": "The first one ends at 620, each later one 100 days later: 620, 720, 820, 920. "
    "The last 80 days are left over.",
}
TRAIN_EPOCH: dict[str, Any] = {
    "question": "33 rows, batches of 32, and somebody averages the losses of the two batches. How many times as "
    "much as any other row does the last row count?",
    "figure": 32,
    "within": 0.01,
    "why": "It is half of that mean by itself; the 32 others share the other half.",
}
LOSS_AND_GRADIENTS: dict[str, Any] = {
    "question": "All weights and biases of the network are 0. How many of the four gradients are not 0, "
    "if the mean of y is not?",
    "figure": 1,
    "within": 0.01,
    "why": "H is 0, so dW2 is; W2 is 0, so nothing comes back to the hidden layer. Only db2 is left: the net learns "
    "the mean of y, and never anything else.",
}
NOISE_SCALE: dict[str, Any] = {
    "question": "The gradients of single rows have the squared length 100 on average, their mean over all rows has 4. "
    "How many rows must a batch have for noise and signal to be equal, if there are very many rows?",
    "figure": 24,
    "within": 0.01,
    "why": "The trace is 100 - 4 = 96, and a batch of B has the noise 96 / B. It is 4 at B = 24.",
}
