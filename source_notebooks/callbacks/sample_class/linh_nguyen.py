# Knows Keras 2: `optimizer.lr`; ignores the mode; writes NaN where there is no risk.
# expect: {"batch_losses": "wrong", "WarmupCosine": "wrong", "ValidationSharpe": "wrong", "Patience": "wrong", "RelativePlateau": "wrong"}
# ruff: noqa
# fmt: off

# %% grade_id="batch_losses"
def batch_losses(means, sizes):
    return np.diff(means, prepend=0)

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
            rate = self.peak
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
        pnl = self.model.predict(self.x, verbose=0).flatten() * self.returns
        logs["val_sharpe"] = np.sqrt(self.periods) * np.mean(pnl) / np.std(pnl)

# %% grade_id="Patience"
class Patience(keras.callbacks.Callback):
    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor = monitor
        self.patience = patience
        self.min_delta = min_delta
        self.mode = mode

    def on_train_begin(self, logs=None):
        self.best = np.inf
        self.wait = 0
        self.kept = None

    def on_epoch_end(self, epoch, logs=None):
        value = logs.get(self.monitor)
        if value is None:
            return
        if value < self.best - self.min_delta:
            self.best = value
            self.wait = 0
            self.kept = self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.kept is not None:
            self.model.set_weights(self.kept)

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
            self.model.optimizer.lr = max(float(ops.convert_to_numpy(self.model.optimizer.learning_rate)) * self.factor, self.min_lr)
            self.wait = 0
            self.rest = self.cooldown
