"""What belongs where, by exercise and stage of its rule: told of a mistake where another one is made, too."""

from __future__ import annotations

BATCH_LOSSES = {
    "rows": "the rows so far should be the sizes added up",
    "totals": "a total should be the mean times the rows so far",
    "before": "the total before the first batch should be 0, before each other one that of the batch before it",
    "sums": "the sum over a batch should be the total after it minus the total before it",
    "losses": "a batch's loss should be its sum divided by its own rows, an entry for each batch",
}
PATIENCE = {
    "memory": "best, count and weights should be those of this fit, set in `on_train_begin`",
    "name": "the value should be the one that `monitor` names",
    "value": "the value should be looked up so that None comes back where it is missing",
    "counts": "an epoch should count if its logs hold the value, NaN or not",
    "sign": "with mode `max` higher should be better, with `min` lower",
    "margin": "the margin should be `min_delta`, as an amount, on the side that makes it harder to improve",
    "limit": "the epochs that it waits should be `patience`",
    "best": "the best should be infinitely bad at first",
    "better": "an improvement should be better than the best by more than `min_delta`, which NaN never is",
    "new_best": "the best should become the value at each improvement, and at nothing else",
    "wait": "the count should be 0 after an improvement, one more after any other epoch that counts",
    "best_weights": "the weights should be copied at each improvement",
    "stop": "training should stop once the count has come to `patience`",
    "back": "the best weights should be put back when training ends, stopped or at its last epoch",
    "now": "while training goes on no weights should be put back",
}
RELATIVE_PLATEAU = {
    "name": "the value should be the one that `monitor` names",
    "best": "the best should be infinity at first",
    "bound": "the bound should be best times (1 - threshold)",
    "better": "an improvement should be a value below the bound",
    "new_best": "the best should become the value at each improvement, in a cooldown as well, and at nothing else",
    "resting": "the epochs of a cooldown should be exactly `cooldown` after a reduction",
    "wait": "the count should be 0 after an improvement and in a cooldown, else one more",
    "cut": "the rate should be reduced once the count has come to `patience`",
    "new_wait": "the count should be 0 after a reduction",
    "rest": "the cooldown should begin with `cooldown` epochs, and have one less after each",
    "lower": "the lower rate should be the present one times `factor`",
    "new_rate": "the new rate should be the lower one, or `min_lr` if that is higher",
}
WARMUP_COSINE = {
    "t": "t should count the batches from 0, on over all epochs",
    "rising": "the warm-up should be the first `warmup` batches, t < warmup",
    "up": "the rate should be peak (t + 1) / warmup in the warm-up",
    "span": "the cosine should stretch over total - warmup batches",
    "share": "the way through the cosine should be (t - warmup) / (total - warmup)",
    "down": "the rate should be peak / 2 (1 + cos(pi share)) after the warm-up",
    "over": "the end should be at t = total",
    "after": "the rate should be 0 from t = total on",
    "used": "a batch should be trained with the rate of its own t",
}
VALIDATION_SHARPE = {
    "positions": "the positions should be what the model predicts, (n,), as they are",
    "r": "each position should be multiplied by the return in the same place",
    "pnl": "the profits should be positions times returns, (n,), of this epoch",
    "mean": "what stands above should be the mean of the profits",
    "spread": "what stands below should be the standard deviation of the profits, with divisor n",
    "factor": "the factor should be the root of `periods`",
    "ratio": "the ratio should be factor times mean over deviation, and 0 where that is 0",
}
