# The first cell fails at its import, so nothing below it is there; what needs no import works.
# ruff: noqa

# %% grade_id="probabilities"
from a_package_that_nobody_has import softmax as probabilities


# %% grade_id="loss_and_gradient"
def loss_and_gradient(w, x, labels, reg):
    n = len(x)
    score = x @ w
    score = score - score.max(1, keepdims=True)
    log_p = score - np.log(np.exp(score).sum(1, keepdims=True))
    one_hot = np.eye(2)[labels]
    return -(one_hot * log_p).sum() / n + reg * (w * w).sum(), x.T @ (np.exp(log_p) - one_hot) / n + 2 * reg * w


# %% grade_id="train"
class Classifier:
    def __init__(self):
        self.w = np.zeros((2, 2))
        self.history = []

    def train(self, x, labels, rate, steps, reg=0.0):
        for _ in range(steps):
            loss, grad = loss_and_gradient(self.w, x, labels, reg)
            self.history.append(loss)
            self.w = self.w - rate * grad
        return self

    def predict(self, x):
        raise NotImplementedError("no time left")


# %% [markdown] grade_id="why_subtract"
# YOUR ANSWER HERE

# %% grade_id="own_experiment"
1 / 0
