"""What leads from a mistake to its mend: by exercise and stage of its rule, a question and a part of the formula."""

from __future__ import annotations

MONITOR = ("Which value is watched, and who says so?", "logs.get(self.monitor)")
BATCH_LOSSES = {
    "rows": ("Over how many rows is the k-th mean?", "N_k = n_1 + ... + n_k"),
    "totals": ("What is the sum of the losses of all rows so far?", "N_k m_k"),
    "before": ("What was the sum before this batch, and before the first one?", "N_{k-1} m_{k-1}, and 0 at first"),
    "sums": ("What did this batch add?", "N_k m_k - N_{k-1} m_{k-1}"),
    "losses": ("To how many rows does belong what this batch added?", "L_k = (N_k m_k - N_{k-1} m_{k-1}) / n_k"),
}
PATIENCE = {
    "memory": ("What does a second fit begin with?", "on_train_begin: best = infinity, count = 0, nothing kept"),
    "name": MONITOR,
    "value": ("What is in the logs of an epoch without a validation?", "logs.get(name), None where it is missing"),
    "counts": ("What tells an epoch without a value from one whose value is NaN?", "missing: None; NaN is a value"),
    "sign": ("Is lower better, or higher?", "min: value < best - min_delta; max: value > best + min_delta"),
    "margin": ("By how much must a value be better?", "value < best - min_delta"),
    "limit": ("How many epochs may pass without an improvement?", "patience, as `__init__` was given it"),
    "best": ("What should the first value be compared with?", "best = infinity at first"),
    "better": ("Which comparison says that a value is an improvement, and what does NaN make of it?", "value < best"),
    "new_best": ("With which value is the next epoch compared?", "at an improvement best <- value, else it stays"),
    "wait": ("When does the count grow, and when is it 0 again?", "0 at an improvement, else count + 1"),
    "best_weights": (
        "Which numbers will be put back, and do they change with the model?",
        "at an improvement: kept <- a copy of the weights",
    ),
    "stop": ("When, and through what, does training learn that it shall stop?", "count >= patience"),
    "back": ("Which weights does the model hold after training?", "on_train_end: set_weights(kept)"),
    "now": ("From which weights does the next epoch start?", "set_weights(kept) in on_train_end alone"),
    "defaults": ("What is used for an argument of `__init__` that is not passed?", "the values in the exercise's text"),
}
RELATIVE_PLATEAU = {
    "name": MONITOR,
    "best": ("What should the first value be compared with?", "best = infinity at first"),
    "bound": ("Below what must a value be: how does that depend on the size of the loss?", "best (1 - threshold)"),
    "better": ("What makes an epoch an improvement?", "value < best (1 - threshold)"),
    "new_best": ("When does the best change, and to what?", "at an improvement best <- value, also in a cooldown"),
    "resting": ("Which epochs are not counted after a reduction?", "exactly the next `cooldown` epochs"),
    "wait": ("When does the count grow, and when is it 0?", "0 at an improvement or in a cooldown, else count + 1"),
    "cut": ("When is the rate reduced?", "count >= patience"),
    "new_wait": ("Where does the count begin after a reduction?", "0"),
    "rest": ("How many epochs does a cooldown last, and from which on is it counted down?", "cooldown, then one less"),
    "lower": ("Which rate is made smaller, and how?", "rate <- factor rate, with the rate that is there"),
    "new_rate": ("What becomes of the rate, and where does it end?", "max(factor rate, min_lr)"),
    "defaults": ("What is used for an argument of `__init__` that is not passed?", "the values in the exercise's text"),
}
WARMUP_COSINE = {
    "t": ("Which number has the first batch of the second epoch?", "t = 0, 1, 2, ... over all epochs"),
    "rising": ("Which is the last batch of the warm-up?", "t < warmup"),
    "up": ("Which rate has the first batch, and which the last of the warm-up?", "peak (t + 1) / warmup"),
    "span": ("How many batches are there from the end of the warm-up to the end?", "total - warmup"),
    "share": ("What is the share at the end of the warm-up, and at the end?", "(t - warmup) / (total - warmup)"),
    "down": ("What is cos at 0 and at pi?", "peak / 2 (1 + cos(pi (t - warmup) / (total - warmup)))"),
    "over": ("From which batch on is the rate 0?", "t >= total"),
    "after": ("What is the rate after `total` batches?", "0"),
    "used": ("For which batch is the rate set, and when is it read?", "on_train_batch_begin sets that of this batch"),
}
VALIDATION_SHARPE = {
    "positions": ("What does the model put out, and of which shape?", "position_i, (n,)"),
    "r": ("Which return is earned with position i?", "pnl_i = position_i returns_i"),
    "pnl": ("What is earned in each period, and how many numbers are that?", "pnl_i = position_i returns_i, (n,)"),
    "mean": ("What stands above the fraction line?", "mean(pnl)"),
    "spread": ("What stands below the fraction line, and with which divisor?", "std(pnl), with divisor n"),
    "factor": (
        "A mean grows with the number of periods. How does a standard deviation grow?",
        "sqrt(periods)",
    ),
    "ratio": ("What is divided by what, and what if there is no risk?", "sqrt(periods) mean / std, 0 if std is 0"),
    "defaults": ("What is used for `periods` if it is not passed?", "periods=252"),
}
