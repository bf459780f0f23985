# Right throughout: lambdas, running means and lists.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="batch_size_for"
import math
def batch_size_for(n_samples, least=100):
    best = 1
    for k in range(1, 30):
        if math.ceil(n_samples / 2**k) < least:
            break
        best = 2**k
    return best

# %% grade_id="standardise"
def standardise(train, test):
    m = np.mean(train, 0, keepdims=True)
    s = np.sqrt(np.mean((train - m) ** 2, 0, keepdims=True))
    s = np.where(s < 1e-9, 1, s)
    f = lambda x: (x - m) / s
    return f(train), f(test)

# %% grade_id="walk_forward"
def walk_forward(n, train, test, gap):
    starts = range(0, n - train - gap - test + 1, test)
    if len(starts) == 0:
        return np.zeros((0, 4), int)
    return np.array([(s, s + train, s + train + gap, s + train + gap + test) for s in starts])

# %% grade_id="train_epoch"
def train_epoch(w, b, x, y, order, batch_size, eta):
    losses = []
    sizes = []
    for i in range(0, len(order), batch_size):
        idx = order[i:i + batch_size]
        xb, yb = x[idx], y[idx]
        err = xb @ w + b - yb
        losses.append(np.mean(err ** 2))
        sizes.append(len(idx))
        grad_w = 2 * xb.T @ err / len(idx)
        grad_b = 2 * err.mean()
        w = w - eta * grad_w
        b = b - eta * grad_b
    return w, b, np.average(losses, weights=sizes)

# %% grade_id="loss_and_gradients"
def loss_and_gradients(x, y, W1, b1, W2, b2):
    n = x.shape[0]
    A = x @ W1 + b1
    H = np.tanh(A)
    o = H @ W2 + b2
    loss = np.mean((o - y) ** 2)
    r = 2 * (o - y) / n
    dW2 = H.T @ r
    db2 = np.sum(r)
    D = r[:, None] * W2 * (1 - H * H)
    dW1 = x.T @ D
    db1 = D.sum(0)
    return loss, dW1, db1, dW2, db2

# %% grade_id="noise_scale"
def noise_scale(grads):
    N = len(grads)
    g = grads.mean(axis=0)
    trace = grads.var(axis=0, ddof=1).sum()
    g2 = np.sum(g ** 2) - trace / N
    return g2, trace, trace / g2
