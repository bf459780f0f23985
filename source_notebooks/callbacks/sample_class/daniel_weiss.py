# Unfinished: the first two exercises.
# expect: {"ValidationSharpe": "wrong", "Patience": "wrong", "RelativePlateau": "wrong"}
# ruff: noqa
# fmt: off

# %% grade_id="batch_losses"
def batch_losses(means, sizes):
    totals = means * np.cumsum(sizes)
    return np.diff(totals, prepend=0) / sizes

# %% grade_id="WarmupCosine"
class WarmupCosine(keras.callbacks.Callback):
    def __init__(self, peak, warmup, total):
        super().__init__()
        self.peak = peak
        self.warmup = warmup
        self.total = total

    def on_train_begin(self, logs=None):
        self.t = 0

    def on_train_batch_begin(self, batch, logs=None):
        t = self.t
        if t < self.warmup:
            rate = self.peak * (t + 1) / self.warmup
        elif t < self.total:
            rate = self.peak / 2 * (1 + math.cos(math.pi * (t - self.warmup) / (self.total - self.warmup)))
        else:
            rate = 0.0
        self.model.optimizer.learning_rate = rate
        self.t += 1
