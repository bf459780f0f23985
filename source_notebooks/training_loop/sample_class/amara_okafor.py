# Right throughout, in the shortest form.
# expect: {}
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
    rows = []
    a = 0
    while a + train + gap + test <= n:
        rows.append([a, a + train, a + train + gap, a + train + gap + test])
        a += test
    return np.array(rows).reshape(-1, 4)

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
