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
# # Softmax classifier
#
# You write the loss of a linear classifier and its gradient, then train it on two clouds of points.

# %% nbgrader={"schema_version": 3, "grade_id": "tools", "grade": false, "locked": true, "solution": false, "task": false, "cell_type": "code"}
import numpy as np


def rel_error(x, y):
    """The largest relative error."""
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))


def numeric_gradient(f, w, h=1e-5):
    """Central differences, entry by entry."""
    grad = np.zeros_like(w)
    for index in np.ndindex(*w.shape):
        step = np.zeros_like(w)
        step[index] = h
        grad[index] = (f(w + step) - f(w - step)) / (2 * h)
    return grad


def clouds(seed=0, n=40):
    """Points of two classes, and which class each is of."""
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], n // 2)
    return rng.normal(size=(n, 2)) + 4.0 * labels[:, None], labels


# %% [markdown]
# ## Probabilities
#
# Rows of scores become rows of probabilities. Scores may be as large as 1000.


# %% nbgrader={"schema_version": 3, "grade_id": "probabilities", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
def probabilities(scores):
    """The softmax of each row."""
    ### BEGIN SOLUTION
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
probabilities(np.array([[0.0, 1.0], [2.0, 2.0]]))

# %% nbgrader={"schema_version": 3, "grade_id": "test_probabilities", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
p = probabilities(np.array([[0.0, np.log(3.0)], [2.0, 2.0]]))
print("your probabilities:", p, sep="\n")
np.testing.assert_allclose(p, [[0.25, 0.75], [0.5, 0.5]], rtol=1e-10)
print("\033[92mAll tests passed!\033[0m")

# %% nbgrader={"schema_version": 3, "grade_id": "test_probabilities_stable", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
np.testing.assert_allclose(probabilities(np.array([[1000.0, 0.0]])), [[1.0, 0.0]], atol=1e-12)
### BEGIN HIDDEN TESTS
np.testing.assert_array_equal(probabilities(np.array([[-1000.0, -1000.0]])), [[0.5, 0.5]])
### END HIDDEN TESTS

# %% [markdown]
# ## Loss and gradient


# %% nbgrader={"schema_version": 3, "grade_id": "loss_and_gradient", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
def loss_and_gradient(w, x, labels, reg):
    """Mean cross-entropy plus reg * sum(w**2), and its gradient with respect to w."""
    ### BEGIN SOLUTION
    p = probabilities(x @ w)
    rows = np.arange(len(labels))
    loss = -np.log(p[rows, labels]).mean() + reg * np.sum(w * w)
    p[rows, labels] -= 1
    return loss, x.T @ p / len(labels) + 2 * reg * w
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade_id": "test_loss", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
x, labels = clouds()
loss, grad = loss_and_gradient(np.zeros((2, 2)), x, labels, 0.0)
print(f"loss: {loss}, sanity check: {np.log(2)}")
assert abs(loss - np.log(2)) < 1e-8, "without weights every class is as likely as every other"
assert abs(loss_and_gradient(np.ones((2, 2)), x, labels, 0.5)[0] - np.log(2) - 2) < 1e-8, "is reg in your loss?"

# %% nbgrader={"schema_version": 3, "grade_id": "test_gradient", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 3}
w = np.random.default_rng(1).normal(size=(2, 2)) / 10
for reg in (0.0, 0.3):
    grad = loss_and_gradient(w, x, labels, reg)[1]
    error = rel_error(grad, numeric_gradient(lambda w, reg=reg: loss_and_gradient(w, x, labels, reg)[0], w))
    print(f"reg {reg}: relative error {error:.2e}")
    assert error < 1e-6

# %% [markdown]
# ## Training


# %% nbgrader={"schema_version": 3, "grade_id": "train", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
class Classifier:
    """A linear classifier."""

    def __init__(self):
        self.w = np.zeros((2, 2))
        self.history = []

    def train(self, x, labels, rate, steps, reg=0.0):
        """Gradient descent; the loss before each step goes into `history`."""
        ### BEGIN SOLUTION
        for _ in range(steps):
            loss, grad = loss_and_gradient(self.w, x, labels, reg)
            self.history.append(loss)
            self.w = self.w - rate * grad
        return self
        ### END SOLUTION

    def predict(self, x):
        """The class of each point."""
        ### BEGIN SOLUTION
        return np.argmax(x @ self.w, axis=1)
        ### END SOLUTION


# %%
Classifier().train(*clouds(), rate=0.1, steps=50).history[-1]

# %% nbgrader={"schema_version": 3, "grade_id": "test_train", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
model = Classifier().train(x, labels, rate=0.1, steps=50)
assert len(model.history) == 50
assert model.history[-1] < model.history[0]
"trained"

# %% nbgrader={"schema_version": 3, "grade_id": "test_predict", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
x_new, labels_new = clouds(seed=7)
accuracy = np.mean(model.predict(x_new) == labels_new)
print(f"accuracy on new points: {accuracy:.3f}")
### BEGIN HIDDEN TESTS
assert model.predict(x_new).shape == labels_new.shape
np.testing.assert_array_equal(model.predict(np.array([[9.0, 9.0]])), [1])
### END HIDDEN TESTS

# %% [markdown]
# ## In words

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_subtract", "grade": true, "locked": false, "solution": true, "task": false, "cell_type": "markdown", "points": 3}
# It cancels, so it changes nothing, and nothing overflows.

# %% nbgrader={"schema_version": 3, "grade_id": "own_experiment", "grade": true, "locked": false, "solution": true, "task": false, "cell_type": "code", "points": 2}
### BEGIN SOLUTION
for rate in (0.01, 0.1, 1.0):
    print(rate, Classifier().train(x, labels, rate, 50).history[-1])
### END SOLUTION

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "discussion", "grade": false, "locked": true, "solution": false, "task": true, "cell_type": "markdown", "points": 4}
# **Discussion.** Write cells of your own below this one: which points are classified wrongly, and why?
#
# === BEGIN MARK SCHEME ===
# Two points for the points between the clouds, two for the line that the classifier draws.
# === END MARK SCHEME ===
