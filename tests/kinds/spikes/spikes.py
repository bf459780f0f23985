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
# # Kinds of exercise
#
# One exercise of each kind that the course will need. This is no TP for students: `tests/kinds/test_spikes.py` holds it.

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "setup", "locked": true, "solution": false, "task": false, "cell_type": "code"}
import numpy as np

from course.experiments.training import backend
from course.judging import check

keras = backend.load()

# %% [markdown]
# ## 1. loss_and_gradients


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "loss_and_gradients", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def loss_and_gradients(x, y, W1, b1, W2, b2):
    """The mean squared error of a network with one hidden layer, and its gradients."""
    ### BEGIN SOLUTION
    H = np.tanh(x @ W1 + b1)
    error = H @ W2 + b2 - y
    r = 2 * error / len(y)
    D = np.outer(r, W2) * (1 - H**2)
    return np.mean(error**2), x.T @ D, D.sum(axis=0), H.T @ r, r.sum()
    ### END SOLUTION


# %% tags=["check"]
check("loss_and_gradients", loss_and_gradients)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_loss_and_gradients", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("loss_and_gradients", loss_and_gradients).required()

# %% [markdown]
# ## 2. Patience


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "Patience", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class Patience(keras.callbacks.Callback):
    """Stops after `patience` epochs without an improvement of val_loss; the best weights come back."""

    ### BEGIN SOLUTION
    def __init__(self, patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.patience, self.min_delta, self.sign = patience, min_delta, -1 if mode == "max" else 1

    def on_train_begin(self, logs=None):
        self.best, self.wait, self.kept = np.inf, 0, None

    def on_epoch_end(self, epoch, logs=None):
        if "val_loss" not in (logs or {}):
            return
        value = self.sign * logs["val_loss"]
        if value < self.best - self.min_delta:
            self.best, self.wait, self.kept = value, 0, self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.kept is not None:
            self.model.set_weights(self.kept)

    ### END SOLUTION


# %% tags=["check"]
check("Patience", Patience)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_Patience", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("Patience", Patience).required()

# %% [markdown]
# ## 3. walk_forward


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "walk_forward", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def walk_forward(n, train, test, gap):
    """Folds (k, 4): start and stop of the rows to train on, start and stop of those to test on."""
    ### BEGIN SOLUTION
    folds, start = [], 0
    while start + train + gap + test <= n:
        folds.append((start, start + train, start + train + gap, start + train + gap + test))
        start += test
    return np.array(folds, dtype=int).reshape(-1, 4)
    ### END SOLUTION


# %% tags=["check"]
check("walk_forward", walk_forward)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_walk_forward", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("walk_forward", walk_forward).required()

# %% [markdown]
# ## 4. Value


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "Value", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class Value:
    """A number that knows its derivatives: after `y.backward()`, `x.grad` is that of y by x."""

    ### BEGIN SOLUTION
    def __init__(self, data, made_of=()):
        self.data, self.made_of, self.grad = data, made_of, 0.0

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __sub__(self, other):
        return self + other * -1.0

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def backward(self):
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for part, _ in value.made_of:
                    visit(part)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for part, slope in value.made_of:
                part.grad += slope * value.grad

    ### END SOLUTION


# %% tags=["check"]
check("Value", Value)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_Value", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("Value", Value).required()

# %% [markdown]
# ## 5. GainedDense


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "GainedDense", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class GainedDense(keras.layers.Layer):
    """leaky((x * gain) kernel + bias)."""

    ### BEGIN SOLUTION
    def __init__(self, units, slope=0.1, **kwargs):
        super().__init__(**kwargs)
        self.units, self.slope = units, slope

    def build(self, shape):
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros")
        self.gain = self.add_weight(shape=(shape[-1],), initializer="ones")
        self.kernel = self.add_weight(shape=(shape[-1], self.units))

    def call(self, x):
        z = keras.ops.matmul(x * self.gain, self.kernel) + self.bias
        return keras.ops.where(z > 0, z, self.slope * z)

    ### END SOLUTION


# %% tags=["check"]
check("GainedDense", GainedDense)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_GainedDense", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("GainedDense", GainedDense).required()

# %% [markdown]
# ## 6. backtest


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "backtest", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def backtest(make, x, y, times, window, gap):
    """Forecast the last `times` rows, each by a new model of the `window` rows that end `gap` before it."""
    ### BEGIN SOLUTION
    found = []
    for t in range(len(x) - times, len(x)):
        rows = slice(t - gap - window, t - gap)
        model = make()
        model.fit(x[rows], y[rows])
        found.append(model.predict(x[t : t + 1])[0])
    return np.array(found)
    ### END SOLUTION


# %% tags=["check"]
check("backtest", backtest)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_backtest", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("backtest", backtest).required()

# %% [markdown]
# ## 7. trained_line


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "trained_line", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def trained_line(x, y, times):
    """Train the line w x + b in `times` epochs; returns w, b and the mean squared error."""
    ### BEGIN SOLUTION
    w = b = 0.0
    for _ in range(times):
        error = w * x + b - y
        w, b = w - 0.5 * np.mean(error * x), b - 0.5 * np.mean(error)
    return w, b, np.mean((w * x + b - y) ** 2)
    ### END SOLUTION


# %% tags=["check"]
check("trained_line", trained_line)

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_trained_line", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("trained_line", trained_line).required()
