# Right, and noisy: trains in the cell of a solution, warns, prints.
# expect: {}
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
        better = value < self.best * (1 - self.threshold)
        if better:
            self.best = value
        if self.rest > 0:
            self.rest -= 1
            return
        self.wait = 0 if better else self.wait + 1
        if self.wait >= self.patience:
            lr = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
            self.model.optimizer.learning_rate = max(lr * self.factor, self.min_lr)
            self.wait = 0
            self.rest = self.cooldown

import warnings
warnings.warn("is this the right form?")
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
model.fit(np.ones((8, 3)), np.ones((8, 1)), epochs=3, callbacks=[RelativePlateau("loss")])
model.evaluate(np.ones((8, 3)), np.ones((8, 1)))
