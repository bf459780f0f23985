# Wrong: the last fold and the last batch are dropped, and the derivative of tanh is 1 - H. The other three are right.
# expect: {"walk_forward": "wrong", "train_epoch": "wrong", "loss_and_gradients": "wrong"}
# ruff: noqa
# fmt: off

# %% grade_id="batch_size_for"
def batch_size_for(n_samples, least=100):
    B = 1
    while np.ceil(n_samples / (B * 2)) >= least:
        B = B * 2
    return B

# %% grade_id="standardise"
def standardise(train, test):
    mu = train.mean(axis=0)
    sigma = train.std(axis=0)
    sigma[sigma == 0] = 1
    return (train - mu) / sigma, (test - mu) / sigma

# %% grade_id="walk_forward"
def walk_forward(n, train, test, gap):
    out = []
    s = 0
    while s + train + gap + test < n:
        out.append((s, s + train, s + train + gap, s + train + gap + test))
        s += test
    return np.array(out, dtype=int).reshape(-1, 4)

# %% grade_id="train_epoch"
def train_epoch(w, b, x, y, order, batch_size, eta):
    n_batches = len(order) // batch_size
    total, count = 0, 0
    for k in range(n_batches):
        idx = order[k*batch_size:(k+1)*batch_size]
        e = x[idx] @ w + b - y[idx]
        total += np.sum(e**2)
        count += len(idx)
        w = w - eta * 2 * x[idx].T @ e / len(idx)
        b = b - eta * 2 * e.mean()
    return w, b, total / max(count, 1)

# %% grade_id="loss_and_gradients"
def loss_and_gradients(x, y, W1, b1, W2, b2):
    H = np.tanh(x @ W1 + b1)
    o = H @ W2 + b2
    r = 2 * (o - y) / len(y)
    D = np.outer(r, W2) * (1 - H)
    return np.mean((o - y)**2), x.T @ D, D.sum(axis=0), H.T @ r, r.sum()

# %% grade_id="noise_scale"
def noise_scale(grads):
    N = len(grads)
    g = grads.mean(axis=0)
    trace = grads.var(axis=0, ddof=1).sum()
    g2 = np.sum(g ** 2) - trace / N
    return g2, trace, trace / g2
