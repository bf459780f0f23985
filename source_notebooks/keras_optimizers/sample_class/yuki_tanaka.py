# Right: by theta and v; Adam with the rate corrected; pandas.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="LookAheadSGD"
class LookAheadSGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.9, name="look_ahead_sgd", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        super().build(variables)
        self.velocities = [self.add_variable_from_reference(v, "velocity") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        theta = variable + self.momentum * v
        v.assign(ops.multiply(self.momentum, v) + ops.multiply(learning_rate, gradient))
        theta = theta - v
        variable.assign(theta - self.momentum * v)

    def get_config(self):
        config = super().get_config()
        config["momentum"] = self.momentum
        return config

# %% grade_id="RootEpsilonAdam"
class RootEpsilonAdam(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, name="rea", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        super().build(variables)
        self.m = [self.add_variable_from_reference(v, "m") for v in variables]
        self.v = [self.add_variable_from_reference(v, "v") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        i = self._get_variable_index(variable)
        t = ops.cast(self.iterations + 1, variable.dtype)
        self.m[i].assign(self.beta_1 * self.m[i] + (1 - self.beta_1) * gradient)
        self.v[i].assign(self.beta_2 * self.v[i] + (1 - self.beta_2) * gradient**2)
        c1, c2 = 1 - ops.power(self.beta_1, t), 1 - ops.power(self.beta_2, t)
        rate = learning_rate * ops.sqrt(c2) / c1
        variable.assign_sub(rate * self.m[i] * ops.rsqrt(self.v[i] + c2 * self.epsilon))

    def get_config(self):
        config = super().get_config()
        config.update({"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon})
        return config

# %% grade_id="compare_optimizers"
def compare_optimizers(train, optimizers, rates, seeds):
    import pandas as pd

    table = {}
    for name in optimizers:
        frame = pd.DataFrame({rate: [train(name, rate, s) for s in seeds] for rate in sorted(rates)})
        means = frame.replace([np.inf, -np.inf], np.nan).mean(skipna=False).fillna(np.inf)
        best = means.idxmin()
        table[name] = dict(rate=best, loss=means[best], inside=bool(means.index[0] < best < means.index[-1]))
    return table
