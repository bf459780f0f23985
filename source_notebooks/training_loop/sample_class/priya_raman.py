# Wrong: each set is standardised by itself, the gap is left out, the 2 of the square is lost. The other three are right.
# expect: {"standardise": "wrong", "walk_forward": "wrong", "loss_and_gradients": "wrong"}
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
    def z(a):
        s = a.std(axis=0)
        s[s == 0] = 1
        return (a - a.mean(axis=0)) / s
    return z(train), z(test)

# %% grade_id="walk_forward"
def walk_forward(n, train, test, gap):
    out = []
    for s in range(0, n - train - gap - test + 1, test):
        out.append([s, s + train, s + train, s + train + test])
    return np.array(out).reshape(-1, 4)

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
    H = np.tanh(x @ W1 + b1)
    o = H @ W2 + b2
    r = (o - y) / len(y)
    D = np.outer(r, W2) * (1 - H**2)
    return np.mean((o - y)**2), x.T @ D, D.sum(axis=0), H.T @ r, r.sum()

# %% grade_id="noise_scale"
def noise_scale(grads):
    N = len(grads)
    g = grads.mean(axis=0)
    trace = grads.var(axis=0, ddof=1).sum()
    g2 = np.sum(g ** 2) - trace / N
    return g2, trace, trace / g2
