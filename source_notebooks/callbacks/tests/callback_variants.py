"""The callbacks as people write them: right in unusual styles; and wrong, each with the name it must get.

Real classes for real Keras. The grader knows their answers only from its models in NumPy.
"""

from __future__ import annotations

import copy
import math
import tempfile
from collections import deque
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

Callback = keras.callbacks.Callback


class Plain(Callback):
    """Patience, plain."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor, self.patience, self.min_delta, self.mode = monitor, patience, min_delta, mode

    def on_train_begin(self, logs=None):
        self.best = math.inf if self.mode == "min" else -math.inf
        self.wait = 0
        self.kept = None

    def value(self, logs):
        return logs.get(self.monitor)

    def better(self, value):
        if self.mode == "min":
            return value < self.best - self.min_delta
        return value > self.best + self.min_delta

    def enough(self, epoch):
        return self.wait >= self.patience

    def weights(self):
        return self.model.get_weights()

    def on_epoch_end(self, epoch, logs=None):
        value = self.value(logs)
        if value is None:
            return
        if self.better(value):
            self.best, self.wait, self.kept = value, 0, self.weights()
        else:
            self.wait += 1
        if self.enough(epoch):
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.kept is not None:
            self.model.set_weights(self.kept)


class History(Callback):
    """A list of all values and all weights, looked through each time."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super(History, self).__init__()  # noqa: UP008
        self.sign = {"min": 1, "max": -1}[mode]
        self.settings = monitor, patience, min_delta

    def on_train_begin(self, logs=None):
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        monitor, patience, delta = self.settings
        if monitor not in logs:
            return
        self.seen.append((self.sign * float(logs[monitor]), copy.deepcopy(self.model.get_weights())))
        if len(self.seen) - 1 - self.place(delta) >= patience:
            self.model.stop_training = True

    def place(self, delta):
        best, place = np.inf, -1
        for k, (value, _) in enumerate(self.seen):
            if best - value > delta:
                best, place = value, k
        return place

    def on_train_end(self, logs=None):
        place = self.place(self.settings[2])
        if place >= 0:
            self.model.set_weights(self.seen[place][1])


class InAFile(Plain):
    """The best weights lie in a file; what is counted are flags."""

    def on_train_begin(self, logs=None):
        super().on_train_begin()
        self.folder = tempfile.TemporaryDirectory()
        self.flags = deque(maxlen=self.patience)

    def on_epoch_end(self, epoch, logs=None):
        value = logs.get(self.monitor)
        if value is None:
            return
        improved = self.better(value)
        self.flags.append(improved)
        if improved:
            self.best = value
            self.model.save_weights(Path(self.folder.name) / "best.weights.h5")
        if len(self.flags) == self.patience and not any(self.flags):
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        path = Path(self.folder.name) / "best.weights.h5"
        if path.exists():
            self.model.load_weights(path)
        self.folder.cleanup()


class Variables(Plain):
    """Each variable by itself, as arrays of its own; `np.less` and `np.greater` as Keras has them."""

    def better(self, value):
        op, sign = (np.less, 1) if self.mode == "min" else (np.greater, -1)
        return op(value + sign * self.min_delta, self.best)

    def weights(self):
        return [np.array(ops.convert_to_numpy(variable)) for variable in self.model.weights]

    def on_train_end(self, logs=None):
        for variable, array in zip(self.model.weights, self.kept or [], strict=False):
            variable.assign(array)


class Guarded(keras.callbacks.EarlyStopping):
    """Keras' own, with a guard for NaN."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__(monitor, min_delta=min_delta, patience=patience, mode=mode, restore_best_weights=True)

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.best = np.inf if self.mode == "min" else -np.inf

    def _is_improvement(self, value, reference):
        return value < reference - abs(self.min_delta) if self.mode == "min" else value > reference + self.min_delta


class Stock(keras.callbacks.EarlyStopping):
    """Keras' own as it is: all but NaN first."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__(monitor, min_delta=min_delta, patience=patience, mode=mode, restore_best_weights=True)


class Warm(Callback):
    """WarmupCosine, plain."""

    def __init__(self, peak, warmup, total):
        super().__init__()
        self.peak, self.warmup, self.total = peak, warmup, total

    def on_train_begin(self, logs=None):
        self.t = 0

    def rate(self, t):
        if t < self.warmup:
            return self.peak * (t + 1) / self.warmup
        if t >= self.total:
            return 0.0
        return self.peak / 2 * (1 + math.cos(math.pi * (t - self.warmup) / (self.total - self.warmup)))

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.rate(self.t)
        self.t += 1


class Table(Warm):
    """All rates at once; `assign` for the rate."""

    def __init__(self, peak, warmup, total):
        super().__init__(peak, warmup, total)
        up = peak * np.arange(1, warmup + 1) / max(warmup, 1)
        down = peak / 2 * (1 + np.cos(np.linspace(0, np.pi, total - warmup + 1)))
        self.table = np.concatenate([up, down])

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate.assign(self.table[min(self.t, self.total)])
        self.t += 1


class AheadOfTime(Warm):
    """At the end of each batch for the next one, and before the first."""

    def on_train_begin(self, logs=None):
        self.t = 0
        self.model.optimizer.learning_rate = self.rate(0)

    def on_train_batch_begin(self, batch, logs=None):
        pass

    def on_train_batch_end(self, batch, logs=None):
        self.t += 1
        self.model.optimizer.learning_rate.assign(self.rate(self.t))


class ByIterations(Warm):
    """The optimizer's own count, read each time."""

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.rate(int(ops.convert_to_numpy(self.model.optimizer.iterations)))


class ByEpochs(Warm):
    """The number of the epoch times its steps, and the number of the batch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.first = epoch * self.params["steps"]

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = float(self.rate(self.first + batch))


class Sharpe(Callback):
    """ValidationSharpe, plain."""

    def __init__(self, x, returns, periods=252):
        super().__init__()
        self.x, self.returns, self.periods = x, returns, periods

    def profits(self):
        return self.model.predict(self.x, verbose=0)[:, 0] * self.returns

    def on_epoch_end(self, epoch, logs=None):
        profits = self.profits()
        risk = profits.std()
        logs["val_sharpe"] = self.periods**0.5 * profits.mean() / risk if risk > 0 else 0.0


class Called(Sharpe):
    """The model is called, and its tensor made an array."""

    def profits(self):
        return np.squeeze(ops.convert_to_numpy(self.model(np.asarray(self.x, "float32")))) * np.ravel(self.returns)


class WithOps(Sharpe):
    """Everything in Keras' operations; `update` for the logs."""

    def on_epoch_end(self, epoch, logs=None):
        held = ops.reshape(self.model(ops.convert_to_tensor(self.x, dtype="float32"), training=False), (-1,))
        profits = held * ops.cast(self.returns, "float32")
        risk = float(ops.std(profits))
        ratio = float(ops.mean(profits)) / risk * math.sqrt(self.periods) if risk else 0.0
        logs.update({"val_sharpe": ratio})


class ColumnByColumn(Sharpe):
    """Returns as a column beside the outputs; batches in a loop."""

    def on_epoch_end(self, epoch, logs=None):
        parts = [self.model.predict_on_batch(self.x[k : k + 5]) for k in range(0, len(self.x), 5)]
        profits = np.vstack(parts) * np.reshape(self.returns, (-1, 1))
        with np.errstate(all="ignore"):
            logs["val_sharpe"] = np.nan_to_num(np.sqrt(self.periods) * np.mean(profits) / np.std(profits))


class Plateau(Callback):
    """RelativePlateau, plain."""

    def __init__(self, monitor="val_loss", factor=0.5, patience=2, threshold=0.01, cooldown=0, min_lr=0.0):
        super().__init__()
        self.monitor, self.factor, self.patience = monitor, factor, patience
        self.threshold, self.cooldown, self.min_lr = threshold, cooldown, min_lr

    def on_train_begin(self, logs=None):
        self.best, self.wait, self.rest = math.inf, 0, 0

    def bound(self):
        return self.best * (1 - self.threshold)

    def cut(self):
        rate = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.model.optimizer.learning_rate = max(rate * self.factor, self.min_lr)

    def on_epoch_end(self, epoch, logs=None):
        value = logs[self.monitor]
        better = value < self.bound()
        if better:
            self.best = value
        if self.rest:
            self.rest -= 1
            return
        self.wait = 0 if better else self.wait + 1
        if self.wait >= self.patience:
            self.cut()
            self.wait, self.rest = 0, self.cooldown


class FromEpochs(Plateau):
    """The epoch from which on it counts, and one since which nothing improved."""

    def on_train_begin(self, logs=None):
        self.best, self.since = None, -1

    def on_epoch_end(self, epoch, logs=None):
        value = float(logs.get(self.monitor))
        if self.best is None or (self.best - value) / self.best > self.threshold:
            self.best = value
            self.since = max(self.since, epoch)
        if epoch - self.since >= self.patience:
            lr = self.model.optimizer.learning_rate
            lr.assign(ops.maximum(lr * self.factor, self.min_lr))
            self.since = epoch + self.cooldown


RIGHT: dict[str, list[Any]] = {
    "Patience": [Plain, History, InAFile, Variables, Guarded],
    "WarmupCosine": [Warm, Table, AheadOfTime, ByIterations, ByEpochs],
    "ValidationSharpe": [Sharpe, Called, WithOps, ColumnByColumn],
    "RelativePlateau": [Plateau, FromEpochs],
}


def like(base: type, **methods: Any) -> type:
    """The plain class with other methods."""
    return type(base.__name__, (base,), methods)


def _kept_in_init(self, *args, **kwargs):
    Plain.__init__(self, *args, **kwargs)
    Plain.on_train_begin(self)


def _restoring(self, epoch, logs=None):
    Plain.on_epoch_end(self, epoch, logs)
    if self.wait and self.kept:
        self.model.set_weights(self.kept)


def _always_previous(self, epoch, logs=None):
    Plain.on_epoch_end(self, epoch, logs)
    self.best = logs.get(self.monitor, self.best)


def _missing_counts(self, epoch, logs=None):
    Plain.on_epoch_end(self, epoch, {self.monitor: math.nan, **logs})


class Uncopied(Plain):
    """Variables, which change with the model."""

    def weights(self):
        return self.model.weights

    def on_train_end(self, logs=None):
        self.model.set_weights([ops.convert_to_numpy(variable) for variable in self.kept or self.model.weights])


class Late(Warm):
    def on_train_batch_begin(self, batch, logs=None):
        pass

    def on_train_batch_end(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.rate(self.t)
        self.t += 1


class EachEpoch(Warm):
    def on_train_batch_begin(self, batch, logs=None):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = self.rate(epoch)


class KerasCooldown(Plateau):
    """Counted down before it is looked at."""

    def on_epoch_end(self, epoch, logs=None):
        value = logs[self.monitor]
        better = value < self.bound()
        if self.rest:
            self.rest -= 1
            self.wait = 0
        if better:
            self.best, self.wait = value, 0
        elif not self.rest:
            self.wait += 1
            if self.wait >= self.patience:
                self.cut()
                self.wait, self.rest = 0, self.cooldown


def _old_name(self):
    self.model.optimizer.lr = 0.5 * float(ops.convert_to_numpy(self.model.optimizer.learning_rate))


class OfTheFirst(Plateau):
    """The rate is asked for once."""

    def on_train_begin(self, logs=None):
        super().on_train_begin()
        self.first = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))

    def cut(self):
        self.model.optimizer.learning_rate = max(self.first * self.factor, self.min_lr)


WRONG: dict[str, dict[str, Any]] = {
    "Patience": {
        "one-epoch-late": like(Plain, enough=lambda self, epoch: self.wait > self.patience),
        "counts-from-the-first-epoch": like(Plain, enough=lambda self, epoch: epoch >= self.patience),
        "never-stops": like(Plain, enough=lambda self, epoch: False),
        "compared-with-the-epoch-before": like(Plain, on_epoch_end=_always_previous),
        "min-delta-ignored": like(Plain, better=lambda self, v: v < self.best if self.mode == "min" else v > self.best),
        "ties-improve": like(
            Plain,
            better=lambda self, v: (
                v <= self.best - self.min_delta if self.mode == "min" else v >= self.best + self.min_delta
            ),
        ),
        "mode-ignored": like(
            Plain,
            on_train_begin=lambda self, logs=None: vars(self).update(best=math.inf, wait=0, kept=None),
            better=lambda self, v: v < self.best - self.min_delta,
        ),
        "last-weights-stay": Uncopied,
        "back-only-if-stopped": like(
            Plain, on_train_end=lambda self, logs=None: self.enough(0) and Plain.on_train_end(self)
        ),
        "back-while-training": like(Plain, on_epoch_end=_restoring),
        "loss-watched": like(Plain, value=lambda self, logs: logs["loss"]),
        "missing-counts": like(Plain, on_epoch_end=_missing_counts),
        "kept-from-the-last-fit": like(Plain, __init__=_kept_in_init, on_train_begin=lambda self, logs=None: None),
        "first-value-is-the-best": Stock,
    },
    "WarmupCosine": {
        "one-batch-late": Late,
        "once-an-epoch": EachEpoch,
        "again-in-each-epoch": like(
            Warm,
            on_train_batch_begin=lambda self, b, logs=None: setattr(
                self.model.optimizer, "learning_rate", self.rate(b)
            ),
        ),
        "from-zero": like(
            Warm, rate=lambda self, t: self.peak * t / self.warmup if t < self.warmup else Warm.rate(self, t)
        ),
        "left-as-it-is": like(
            Warm,
            on_train_batch_begin=lambda self, b, logs=None: (
                vars(self).update(t=self.t + 1) if self.t >= self.total else Warm.on_train_batch_begin(self, b)
            ),
        ),
    },
    "ValidationSharpe": {
        "all-pairs": like(Sharpe, profits=lambda self: self.model.predict(self.x, verbose=0) * self.returns),
        "nan-without-risk": like(
            Sharpe,
            on_epoch_end=lambda self, epoch, logs=None: logs.update(
                val_sharpe=np.sqrt(self.periods) * self.profits().mean() / self.profits().std()
            ),
        ),
        "signs-of-the-positions": like(
            Sharpe, profits=lambda self: np.sign(self.model.predict(self.x, verbose=0)[:, 0]) * self.returns
        ),
    },
    "RelativePlateau": {
        "absolute-threshold": like(Plateau, bound=lambda self: self.best - self.threshold),
        "cooldown-one-short": KerasCooldown,
        "of-the-first-rate": OfTheFirst,
        "rate-not-changed": like(Plateau, cut=_old_name),
    },
}


# The optimizer is kept in a name: on JAX it is out of date while `fit` runs.
HELD = """class WarmupCosine(keras.callbacks.Callback):
    def __init__(self, peak, warmup, total):
        super().__init__()
        self.peak, self.warmup, self.total = peak, warmup, total

    def on_train_begin(self, logs=None):
        self.t = 0
        self.held = self.model.optimizer

    def on_train_batch_begin(self, batch, logs=None):
        self.held.learning_rate = rate(self, self.t)
        self.t += 1
"""

_names: dict[str, Any] = {"keras": keras, "rate": Warm.rate}
exec(HELD, _names)
Held = _names["WarmupCosine"]
