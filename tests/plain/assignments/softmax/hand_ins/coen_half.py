# Half: overflows at large scores, forgets the regularisation in the gradient, and hides `rel_error` under a number.
# ruff: noqa

# %% grade_id="probabilities"
def probabilities(scores):
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True)


# %% grade_id="loss_and_gradient"
def loss_and_gradient(w, x, labels, reg):
    p = probabilities(x @ w)
    loss = -np.mean(np.log(p[range(len(x)), labels])) + reg * np.sum(w * w)
    p[range(len(x)), labels] -= 1
    return loss, x.T @ p / len(x)


# %% after="test_loss"
rel_error = 1e-7


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
        return np.argmax(x, axis=1)


# %% [markdown] grade_id="why_subtract"
# Because of the overflow that I get.
