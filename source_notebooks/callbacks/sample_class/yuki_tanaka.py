# Right in other words: lists, a table of rates, `assign`, a model that is called.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="batch_losses"
def batch_losses(means, sizes):
    out = []
    seen, total = 0, 0.0
    for m, n in zip(means, sizes):
        seen += n
        out.append((m * seen - total) / n)
        total = m * seen
    return np.array(out)

# %% grade_id="WarmupCosine"
class WarmupCosine(keras.callbacks.Callback):
    def __init__(self, peak, warmup, total):
        super().__init__()
        self.peak = peak
        self.warmup = warmup
        self.total = total

        up = [peak * (k + 1) / warmup for k in range(warmup)]
        down = [peak / 2 * (1 + np.cos(np.pi * k / (total - warmup))) for k in range(total - warmup)]
        self.rates = iter(up + down)

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate.assign(next(self.rates, 0.0))

# %% grade_id="ValidationSharpe"
class ValidationSharpe(keras.callbacks.Callback):
    def __init__(self, x, returns, periods=252):
        super().__init__()
        self.x = x
        self.returns = returns
        self.periods = periods

    def on_epoch_end(self, epoch, logs=None):
        pnl = ops.convert_to_numpy(self.model(self.x))[:, 0] * self.returns
        if pnl.std() == 0:
            logs["val_sharpe"] = 0.0
        else:
            logs["val_sharpe"] = pnl.mean() / pnl.std() * self.periods ** 0.5

# %% grade_id="Patience"
class Patience(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor = monitor
        self.patience = patience
        self.min_delta = min_delta
        self.mode = mode

    def on_train_begin(self, logs=None):
        self.losses, self.copies = [], []

    def best(self):
        place, low = None, float("inf")
        for i, loss in enumerate(self.losses):
            if loss < low - self.min_delta:
                place, low = i, loss
        return place

    def on_epoch_end(self, epoch, logs=None):
        if self.monitor not in logs:
            return
        self.losses.append(logs[self.monitor] if self.mode == "min" else -logs[self.monitor])
        self.copies.append(self.model.get_weights())
        place = self.best()
        since = len(self.losses) - 1 - (-1 if place is None else place)
        print("epochs since the best:", since)
        if since >= self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best() is not None:
            self.model.set_weights(self.copies[self.best()])

# %% grade_id="RelativePlateau"
class RelativePlateau(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", factor=0.5, patience=2, threshold=0.01, cooldown=0, min_lr=0.0):
        super().__init__()
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.cooldown = cooldown
        self.min_lr = min_lr

    def on_train_begin(self, logs=None):
        self.best = np.inf
        self.wait = 0
        self.rest = 0

    def on_epoch_end(self, epoch, logs=None):
        value = logs.get(self.monitor)
        better = (self.best - value) > self.threshold * self.best or self.best == np.inf
        if better:
            self.best = value
        if self.rest > 0:
            self.rest -= 1
            return
        self.wait = 0 if better else self.wait + 1
        if self.wait >= self.patience:
            lr = self.model.optimizer.learning_rate
            lr.assign(ops.maximum(lr * self.factor, self.min_lr))
            self.wait = 0
            self.rest = self.cooldown
