# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # TP: callbacks
#
# `fit` trains, and at fixed places it calls back: before and after the training, each epoch and each batch. What is called can look
# at the logs, change the rate, keep weights, and stop. Here you write four such classes, and at the
# end you ask what they are worth. 20 points, two to two and a half hours.
#
# Read first: `11_callbacks.md`. It says which hook is called when, and what Keras' own callbacks do.
#
# An exercise has these cells after its text.
#
# 1. **A question.** Put what you expect in the place of `...` and run the cell; then it says what comes out. It counts nothing.
# 2. **Your code.** Put it in place of `# YOUR CODE HERE` and `raise NotImplementedError()`.
# 3. **Check.** Says in words which property holds and which does not. Run it as often as you like; it costs nothing.
# 4. **Picture.** Your own class at work. Change its numbers and run it again; nothing there is graded.
# 5. **Graded cell.** Locked. It says in one line whether your check passes. The grader then uses your class with fresh numbers: on logs
#    that are made up and handed to it epoch by epoch, and in a real `fit`.
#
# What holds for all classes:
#
# - they are subclasses of `keras.callbacks.Callback`, and `super().__init__()` comes first in `__init__`.
# - the model is `self.model`, and its learning rate `self.model.optimizer.learning_rate`. Ask for both each time you need them:
#   on JAX an optimizer that you keep in a name of your own is out of date while `fit` runs (`11_callbacks.md`, "Ask the model for its optimizer").
# - it is up to you which hooks you write. The signatures in the cells are a beginning: `on_train_begin`, `on_epoch_begin`, `on_epoch_end`,
#   `on_train_batch_begin`, `on_train_batch_end`, `on_train_end`.

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "setup", "locked": true, "solution": false, "task": false, "cell_type": "code"}
import math

import callback_questions
import matplotlib.pyplot as plt
import numpy as np

from course.experiments.training import backend
from course.judging import check
from course.workshop import figures
from course.workshop.predictions import predict

keras = backend.load()  # as `import keras`, without the notes that TensorFlow writes
from keras import ops

figures.use_style()
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"  # told apart by readers with any colour vision
print(backend.where())

# %% [markdown]
# ## The data: a few rows and much noise
#
# Thirty features of a day, and the return of the next one in per cent, which depends on three of them a little. Simulated, so that there can be as many
# test rows as we like. There are 120 rows to learn from and 120 to validate with: a network learns them by heart within a few dozen epochs.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "data", "locked": true, "solution": false, "task": false, "cell_type": "code"}
def days(n, seed):
    """Features (n, 30) of so many days, and the returns (n,) of the days after, in per cent."""
    rng = np.random.default_rng([11, seed])
    x = rng.standard_normal((n, 30)).astype("float32")
    return x, (x[:, :3] @ [0.4, -0.3, 0.3] + rng.standard_normal(n)).astype("float32")


def network(seed, rate=0.003):
    """A network with one hidden layer that forecasts the return."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [keras.layers.Input((30,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
    return model


def trained(callbacks, epochs=40, seed=0, **settings):
    """Fit the network, and return it with the history; None, and a line that says so, while a class is not written.

    callbacks: a function without arguments that makes them.
    """
    x, y = days(120, 2 * seed)
    x_val, y_val = days(120, 2 * seed + 1)
    model = network(seed)
    try:
        history = model.fit(
            x,
            y[:, None],
            validation_data=(x_val, y_val[:, None]),
            epochs=epochs,
            callbacks=callbacks(),
            verbose=0,
            **{"batch_size": 40, **settings},
        )
    except NotImplementedError:
        print("This waits for your class. Write it above, run that cell, then run this one again.")
        return None
    return model, history.history


# %% [markdown]
# ## 1. What did this batch lose? (2 points)
#
# The number beside the progress bar is not the loss of the batch that was just trained. It is the **mean over all rows of the epoch so far**
# (`00_training_loop.md`, "What fit logs"), and so are the logs in `on_train_batch_end`. A batch that goes wrong late in the epoch hardly moves it. Undo the mean:
# with $n_k$ rows in batch $k$, $N_k = n_1 + \dots + n_k$, and the logged means $m_k$,
#
# $$L_k = \frac{N_k m_k - N_{k-1} m_{k-1}}{n_k}, \qquad N_0 = 0$$
#
# **Return** the losses of the batches, an array of the shape of `means`. `sizes` holds the rows of each batch; the last one may be short.
# Leave both arrays as they are.

# %% tags=["picture"]
predict(yours=..., **callback_questions.BATCH_LOSSES)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "batch_losses", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def batch_losses(means, sizes):
    """The loss of each batch of an epoch, from the means that `fit` logs.

    means: (K,), after each batch the mean loss of all rows so far; sizes: (K,), the rows of each batch.
    Returns (K,).
    """
    ### BEGIN SOLUTION
    totals = means * np.cumsum(sizes)
    return np.diff(totals, prepend=0.0) / sizes
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("batch_losses")

# %% [markdown]
# An epoch of the network in batches of 10 rows, the eighth of which somebody has spoilt: its returns were entered ten times too large. Where do you see
# it in the logged means, and where in your losses?


# %% tags=["picture"]
def one_epoch(spoilt=7, size=10):
    """The logged means of one epoch."""
    x, y = days(120, 0)
    y[spoilt * size : (spoilt + 1) * size] *= 10
    means = []
    note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: means.append(float(logs["loss"])))
    network(0).fit(x, y[:, None], batch_size=size, shuffle=False, verbose=0, callbacks=[note])
    return np.array(means), np.full(len(means), size)


means, sizes = one_epoch()
try:
    losses = batch_losses(means, sizes)
    fig, ax = plt.subplots(figsize=(7, 3.4))
    ax.plot(np.arange(1, len(means) + 1), means, marker="o", color=ORANGE, linestyle="--", label="logged")
    ax.plot(np.arange(1, len(means) + 1), losses, marker="s", color=BLUE, label="your losses")
    ax.set(xlabel="batch", ylabel="loss")
    ax.legend()
    figures.show(
        fig,
        "The losses of twelve batches: yours have a peak at the eighth and are back at the ninth; the logged mean rises there and comes down slowly.",
    )
except NotImplementedError:
    print("This waits for your function. Write it above, run that cell, then run this one again.")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_batch_losses", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("batch_losses").required()

# %% [markdown]
# ## 2. A rate for each batch (3 points)
#
# Long steps at the start, where the gradient says little yet, throw the weights about; short ones at the end let them settle. So the rate rises to a peak in the first `warmup`
# batches, and then falls like a cosine. With batches counted from $t = 0$ **over all epochs**, $W$ for `warmup` and $T$ for `total`
# (`11_callbacks.md`, "Warm-up and cosine"):
#
# $$\eta_t = p\,\frac{t + 1}{W} \quad (t < W), \qquad \eta_t = \frac{p}{2} \left(1 + \cos \pi \frac{t - W}{T - W}\right) \quad (W \le t < T), \qquad \eta_t = 0 \quad (t \ge T)$$
#
# **Write** `WarmupCosine(peak, warmup, total)`. Batch $t$ must be **trained** with $\eta_t$. `warmup` may be 0; then the first batch has the peak. `batch` in the hooks counts
# from 0 in *each* epoch.

# %% tags=["picture"]
predict(yours=..., **callback_questions.WARMUP_COSINE)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "WarmupCosine", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class WarmupCosine(keras.callbacks.Callback):
    """Set the rate of each batch: up to the peak in the warm-up, then down to 0 like a cosine."""

    def __init__(self, peak, warmup, total):
        super().__init__()
        self.peak = peak
        self.warmup = warmup
        self.total = total

    def on_train_begin(self, logs=None):
        """Begin to count."""
        ### BEGIN SOLUTION
        self.t = 0
        ### END SOLUTION

    def on_train_batch_begin(self, batch, logs=None):
        """Set the rate of this batch."""
        ### BEGIN SOLUTION
        if self.t < self.warmup:
            rate = self.peak * (self.t + 1) / self.warmup
        elif self.t < self.total:
            share = (self.t - self.warmup) / (self.total - self.warmup)
            rate = self.peak / 2 * (1 + math.cos(math.pi * share))
        else:
            rate = 0.0
        self.model.optimizer.learning_rate = rate
        self.t += 1
        ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("WarmupCosine")

# %% [markdown]
# The rates of 20 epochs of three batches. Then set `warmup` to 0, and `total` to 40: which of the two does the loss feel?

# %% tags=["picture"]
warmup, total = 15, 60
seen = []
note = keras.callbacks.LambdaCallback(
    on_train_batch_begin=lambda batch, logs: seen.append(
        float(ops.convert_to_numpy(note.model.optimizer.learning_rate))
    )
)
found = trained(lambda: [WarmupCosine(0.02, warmup, total), note], epochs=20)
if found is not None:
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
    left.plot(seen, marker=".", color=BLUE)
    left.set(xlabel="batch $t$", ylabel=r"rate $\eta_t$")
    right.plot(np.arange(1, 21), found[1]["loss"], color=BLUE, label="loss")
    right.plot(np.arange(1, 21), found[1]["val_loss"], color=ORANGE, linestyle="--", label="val_loss")
    right.set(xlabel="epoch", ylabel="loss")
    right.legend()
    figures.show(
        fig,
        "Left: the rate of each batch, a straight rise and a cosine down to 0. Right: training and validation loss over 20 epochs.",
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_WarmupCosine", "locked": true, "points": 3, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("WarmupCosine").required()

# %% [markdown]
# ## 3. A metric of your own (3 points)
#
# A loss is what gradients need; what you are paid for may be something else. Let the model's output for a day be a **position**: how much is held, negative for a
# short position. With the position $q_i$ on day $i$ and the return $r_i$ that it earns, the profit is $q_i r_i$, and the Sharpe ratio of the validation days per year is
#
# $$\sqrt{\text{periods}} \cdot \frac{\text{mean}(q_i r_i)}{\text{std}(q_i r_i)}, \qquad \text{std with the divisor } n, \qquad 0 \text{ where std is } 0$$
#
# **Write** `ValidationSharpe(x, returns, periods=252)`. After each epoch it lets the model predict the positions for `x` (n, d), one for each row, and **writes the ratio into the logs** as
# `logs["val_sharpe"]`, a number. All callbacks of an epoch get the same dict, in their order: those behind yours, and the history, will see it
# (`11_callbacks.md`, "A metric of your own: the Sharpe ratio of the validation"). `returns` is (n,), and `returns[i]` is what position $i$ earns.
#
# `self.model.predict(x, verbose=0)` returns a column, (n, 1): the network has one output.

# %% tags=["picture"]
predict(yours=..., **callback_questions.VALIDATION_SHARPE)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "ValidationSharpe", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class ValidationSharpe(keras.callbacks.Callback):
    """Write the Sharpe ratio per year of the model's positions into the logs of each epoch, as `val_sharpe`."""

    def __init__(self, x, returns, periods=252):
        super().__init__()
        self.x = x
        self.returns = returns
        self.periods = periods

    def on_epoch_end(self, epoch, logs=None):
        """Measure, and write it into the logs."""
        ### BEGIN SOLUTION
        positions = np.ravel(self.model.predict(self.x, verbose=0))
        profits = positions * self.returns
        risk = np.std(profits)
        ratio = math.sqrt(self.periods) * np.mean(profits) / risk if risk > 0 else 0.0
        logs["val_sharpe"] = float(ratio)
        ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("ValidationSharpe")

# %% [markdown]
# The forecasts of the network as positions. (There is far more to be known in these simulated days than in any market.) Do `val_loss` and `val_sharpe` have their best epochs in the same place?

# %% tags=["picture"]
x_val, y_val = days(120, 1)
found = trained(lambda: [ValidationSharpe(x_val, y_val)], epochs=25)
if found is not None:
    history = found[1]
    fig, ax = plt.subplots(figsize=(7.5, 3.6))
    other = ax.twinx()
    other.grid(False)
    epochs = np.arange(1, 26)
    ax.plot(epochs, history["val_loss"], color=ORANGE, linestyle="--", label="val_loss")
    other.plot(epochs, history["val_sharpe"], color=BLUE, label="val_sharpe")
    for axis, best, values in (
        (ax, np.argmin, history["val_loss"]),
        (other, np.argmax, history["val_sharpe"]),
    ):
        axis.plot(epochs[best(values)], values[best(values)], "o", color="black")
    ax.set(xlabel="epoch", ylabel="val_loss")
    other.set_ylabel("val_sharpe")
    fig.legend(loc="lower center", bbox_to_anchor=(0.5, 0.96), ncols=2)
    figures.show(
        fig,
        "Validation loss and validation Sharpe ratio over 25 epochs, the best epoch of each marked: they are not the same epoch.",
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_ValidationSharpe", "locked": true, "points": 3, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("ValidationSharpe").required()

# %% [markdown]
# ## 4. Stop in time (6 points)
#
# The validation loss falls, and then rises while the training loss goes on falling. One would like to stop at the lowest point, but that is only known afterwards: so one waits for
# a while whether it gets any better, and then goes back (`11_callbacks.md`, "Early stopping").
#
# **Write** `Patience(monitor="val_loss", patience=3, min_delta=0.0, mode="min")`.
#
# - It looks at `logs[monitor]` after each epoch. An **improvement** is a value below the *best so far* by **more** than `min_delta`; with `mode="max"`, above it by more
#   than `min_delta`. The value then becomes the best. The first value is an improvement on nothing, and so the best.
# - After `patience` epochs in a row **without** an improvement training stops. `patience` is 1 or more.
# - When training ends, stopped or at its last epoch, the model holds the weights of the **best epoch**: those that it had after the last improvement.
# - NaN is never an improvement, not even at the first epoch. Its epoch counts as one without.
# - An epoch whose logs do **not hold** the value changes nothing (`validation_freq=5` makes such epochs).
# - In a second `fit` the same object begins anew.
#
# The weights are `self.model.get_weights()`, a list of arrays that are copies, and `self.model.set_weights(...)` puts them back.
# `self.model.weights` is no copy: it holds the variables themselves, and each batch changes them.

# %% tags=["picture"]
predict(yours=..., **callback_questions.PATIENCE)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "Patience", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class Patience(keras.callbacks.Callback):
    """Stop after so many epochs in a row without an improvement, and put the best weights back."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor = monitor
        self.patience = patience
        self.min_delta = min_delta
        self.mode = mode

    def on_train_begin(self, logs=None):
        """Begin anew."""
        ### BEGIN SOLUTION
        self.best = math.inf
        self.wait = 0
        self.kept = None
        ### END SOLUTION

    def on_epoch_end(self, epoch, logs=None):
        """Look at the value: keep the weights, or count; and stop."""
        ### BEGIN SOLUTION
        value = (logs or {}).get(self.monitor)
        if value is None:
            return
        sign = 1 if self.mode == "min" else -1
        if sign * value < self.best - self.min_delta:
            self.best = sign * value
            self.wait = 0
            self.kept = self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.model.stop_training = True
        ### END SOLUTION

    def on_train_end(self, logs=None):
        """Put the best weights back."""
        ### BEGIN SOLUTION
        if self.kept is not None:
            self.model.set_weights(self.kept)
        ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("Patience")

# %% [markdown]
# The same network, from the same start, with and without your class. Which epoch do its weights come from, and what would a patience of 1, or of 20, have found?

# %% tags=["picture"]
patience = 5
alone, stopped = trained(list), trained(lambda: [Patience(patience=patience)])
if stopped is not None:
    x_val, y_val = days(120, 1)
    held = stopped[0].evaluate(x_val, y_val[:, None], verbose=0)
    losses = stopped[1]["val_loss"]
    fig, ax = plt.subplots(figsize=(7.5, 3.6))
    epochs = np.arange(1, 41)
    ax.plot(epochs, alone[1]["loss"], color="grey", linestyle=":", label="loss, 40 epochs")
    ax.plot(epochs, alone[1]["val_loss"], color=ORANGE, linestyle="--", label="val_loss, 40 epochs")
    ax.plot(epochs[: len(losses)], losses, color=BLUE, marker=".", label="val_loss, until you stop")
    ax.axhline(held, color=GREEN, linewidth=0.8, label="val_loss of the weights that are held")
    ax.set(xlabel="epoch", ylabel="loss")
    ax.legend()
    figures.show(
        fig,
        "Training and validation loss over 40 epochs; the validation loss until your class stops; and a line at the validation loss of the weights that the model then holds, at the lowest point.",
    )

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_Patience", "locked": true, "points": 6, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("Patience").required()

# %% [markdown]
# ## 5. A plateau, whatever the scale (4 points)
#
# Before one gives up one may take shorter steps. Keras' `ReduceLROnPlateau` asks for an improvement by 0.0001, whatever the size of the loss. Squared daily returns
# are of that size themselves, so it takes each of their losses for a plateau (`11_callbacks.md`, "What counts as an improvement"). Yours asks for a **share**.
#
# **Write** `RelativePlateau(monitor="val_loss", factor=0.5, patience=2, threshold=0.01, cooldown=0, min_lr=0.0)`. The monitored value is a loss above 0 that is in the logs of each epoch.
#
# - An **improvement** is a value below best · (1 − `threshold`). The value then becomes the best. The first one always is.
# - After `patience` epochs in a row without an improvement the rate that the optimizer has **then** is multiplied by `factor`, or set to `min_lr` if that is higher; and the count begins at 0.
# - Exactly the next `cooldown` epochs are then **not counted**: the count stays 0. An improvement among them is one all the same, and becomes the best.
#
# So on a loss that never improves, with patience 2 and a cooldown of 3, a cut comes every five epochs: three that rest, and two that are counted.

# %% tags=["picture"]
predict(yours=..., **callback_questions.RELATIVE_PLATEAU)


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "RelativePlateau", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class RelativePlateau(keras.callbacks.Callback):
    """Multiply the rate by a factor after so many epochs in a row without an improvement by a share of the best."""

    def __init__(self, monitor="val_loss", factor=0.5, patience=2, threshold=0.01, cooldown=0, min_lr=0.0):
        super().__init__()
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.cooldown = cooldown
        self.min_lr = min_lr

    def on_train_begin(self, logs=None):
        """Begin anew."""
        ### BEGIN SOLUTION
        self.best = math.inf
        self.wait = 0
        self.rest = 0
        ### END SOLUTION

    def on_epoch_end(self, epoch, logs=None):
        """Look at the value, count, and cut the rate."""
        ### BEGIN SOLUTION
        value = logs[self.monitor]
        better = value < self.best * (1 - self.threshold)
        if better:
            self.best = value
        if self.rest > 0:
            self.rest -= 1
            self.wait = 0
        elif better:
            self.wait = 0
        else:
            self.wait += 1
        if self.wait >= self.patience:
            rate = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
            self.model.optimizer.learning_rate = max(self.factor * rate, self.min_lr)
            self.wait = 0
            self.rest = self.cooldown
        ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("RelativePlateau")

# %% [markdown]
# Two callbacks on the same made-up loss, noisy and falling by about a fifth in each epoch, down to a tenth: yours, and Keras' own. Change `level`, the unit in which the loss is measured. Whose rates change with it?

# %% tags=["picture"]
level = 2e-4


def rates_of(callback, values):
    """The learning rate after each epoch, if these were the validation losses."""
    model = network(0)
    callback.set_model(model)
    callback.on_train_begin({})
    found = []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"val_loss": value})
        found.append(float(ops.convert_to_numpy(model.optimizer.learning_rate)))
    return found


noise = np.random.default_rng(4).uniform(-0.05, 0.05, 40)
values = level * (0.1 + 0.8 ** np.arange(40)) * (1 + noise)
try:
    yours = rates_of(RelativePlateau(patience=3), values)
    keras_own = rates_of(keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=3), values)
    fig, ax = plt.subplots(figsize=(7.5, 3.6))
    ax.step(np.arange(1, 41), yours, where="mid", color=BLUE, label="RelativePlateau, yours")
    ax.step(np.arange(1, 41), keras_own, where="mid", color=ORANGE, linestyle="--", label="ReduceLROnPlateau, Keras")
    ax.set(xlabel="epoch", ylabel="learning rate", yscale="log", title=f"A loss of about {level:g}")
    ax.legend()
    figures.show(
        fig,
        "Learning rates over 40 epochs on a small falling loss: Keras' own callback cuts every three epochs nearly from the start, yours once the loss has come to rest.",
    )
except NotImplementedError:
    print("This waits for your class. Write it above, run that cell, then run this one again.")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_RelativePlateau", "locked": true, "points": 4, "solution": false, "task": false, "cell_type": "code"}
# Graded with fresh inputs; here it says whether your check passes.
from course.judging import check

check("RelativePlateau").required()

# %% [markdown]
# ## 6. What may be said? (2 points)
#
# The cell below trains the network in three ways, with five seeds each: nothing but 40 epochs; your `Patience(patience=5)`; your `RelativePlateau` with the same 40 epochs. A seed decides about weights **and** data,
# and is the same for all three. Of each run it prints the validation loss of the weights at the end, their loss on 5000 test rows that took no part in anything, and the epochs. Half a minute.
#
# Answer in a few sentences each, with numbers from your own runs. One point each.
#
# 1. Which of the three ends with the lowest test loss on average, and by how much? Compare seed by seed, and say how much the runs of one kind differ. What may be said about `Patience`, and what about `RelativePlateau`?
# 2. Compare validation loss and test loss of the runs with `Patience`. Is one of them lower on average, and why? What happens with the runs that were never stopped? Which number would you report?

# %% tags=["picture"]
kinds = {
    "nothing": list,
    "Patience": lambda: [Patience(patience=5)],
    "RelativePlateau": lambda: [RelativePlateau(patience=2)],
}
x_test, y_test = days(5000, 999)
outcomes = {}
print(f"{'':16s} {'seed':>4s} {'validation':>10s} {'test':>7s} {'epochs':>6s}")
for name, callbacks in kinds.items():
    for seed in range(5):
        found = trained(callbacks, seed=seed)
        if found is None:
            break
        x_val, y_val = days(120, 2 * seed + 1)
        outcomes[name, seed] = row = {
            "validation": float(found[0].evaluate(x_val, y_val[:, None], verbose=0)),
            "test": float(found[0].evaluate(x_test, y_test[:, None], verbose=0, batch_size=1000)),
            "epochs": len(found[1]["loss"]),
        }
        print(f"{name:16s} {seed:4d} {row['validation']:10.3f} {row['test']:7.3f} {row['epochs']:6d}")
for name in dict.fromkeys(name for name, _ in outcomes):
    rows = [row for (run, _), row in outcomes.items() if run == name]
    print(f"{name:16s} mean {np.mean([r['validation'] for r in rows]):10.3f} {np.mean([r['test'] for r in rows]):7.3f}")

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "grade_id": "written_comparison", "locked": false, "points": 2, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# **Marking guide.** One point per question; half a point where the right claim stands without a number or a reason.
#
# 1. Mean test loss over the five seeds: 1.395 without anything, 1.283 with `Patience`, 1.277 with `RelativePlateau`. Against nothing, `Patience` is better by 0.112 on average, with four seeds
#    of five (0.11 to 0.24; once worse by 0.02), with a deviation of 0.09 between the pairs; `RelativePlateau` by 0.118 with all five. With five pairs that is likely to be a difference; its size is uncertain. Between the
#    two the mean difference is 0.006, the pairs go both ways, from -0.008 to 0.027, and test losses of one kind differ by 0.12 to 0.17 between seeds: nothing may be said. Full marks need
#    pairs, a spread, and one difference that is one beside one that is not.
# 2. With `Patience` the validation loss is lower on average, 1.267 against 1.283. That is little, because the validation rows were unlucky ones: without anything they lose *more* than the
#    test rows, 1.457 against 1.395. There nothing was chosen, so the difference is that of the samples alone. With `Patience` the epoch was chosen because its validation loss was
#    the lowest of all, so luck is part of it: against the runs without a choice it is worth about 0.08. Report the test loss: those rows took no part in any choice.
#
# (Figures of a run on a CPU with TensorFlow; starts, and so the figures, differ on JAX.)
# ### END SOLUTION

# %% [markdown]
# Save the notebook, then run this cell: it says which of your numbers your own runs gave, and which part of the task no word of
# yours is about. It does not say whether you are right.

# %% tags=["check"]
from course.judging import check

check("written_comparison")

# %% [markdown]
# ## If you want to go on
#
# Nothing here is graded.
#
# - **A rule that looks at more.** Prechelt (1998) stops where the validation loss is so many per cent above its lowest (`11_callbacks.md`, "Rules that look at more"). Write it as a callback.
# - **The order.** Put `Patience("val_sharpe", mode="max")` before `ValidationSharpe` in the list. What does it see?
# - **Two hands on one rate.** Use `WarmupCosine` and `RelativePlateau` in one `fit`. Who wins?
# - **A finder of rates.** Let the rate grow from 1e-5 to 1 over one epoch, and plot the losses of single batches, `batch_losses`, against it. Where would you train?
