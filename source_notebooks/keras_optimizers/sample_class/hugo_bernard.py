# Forgets + 1, and keeps one velocity for all variables.
# expect: {"LookAheadSGD": "wrong", "RootEpsilonAdam": "wrong"}
# ruff: noqa
# fmt: off

# %% grade_id="LookAheadSGD"
class LookAheadSGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.9, name="look_ahead_sgd", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        super().build(variables)
        self.velocity = self.add_variable_from_reference(variables[0], "velocity")

    def update_step(self, gradient, variable, learning_rate):
        self.velocity.assign(self.momentum * self.velocity + learning_rate * gradient)
        variable.assign(variable - self.momentum * self.velocity - learning_rate * gradient)

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
        t = ops.cast(self.iterations, variable.dtype)
        self.m[i].assign(self.beta_1 * self.m[i] + (1 - self.beta_1) * gradient)
        self.v[i].assign(self.beta_2 * self.v[i] + (1 - self.beta_2) * gradient**2)
        m_hat = self.m[i] / (1 - self.beta_1**t)
        v_hat = self.v[i] / (1 - self.beta_2**t)
        variable.assign(variable - learning_rate * m_hat / ops.sqrt(v_hat + self.epsilon))

    def get_config(self):
        config = super().get_config()
        config.update({"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon})
        return config

# %% grade_id="compare_optimizers"
def compare_optimizers(train, optimizers, rates, seeds):
    result = {}
    for opt in optimizers:
        best_rate, best_loss = rates[0], float("inf")
        for rate in rates:
            losses = [train(opt, rate, seed) for seed in seeds]
            loss = sum(losses) / len(losses)
            if np.isfinite(loss) and loss < best_loss:
                best_rate, best_loss = rate, loss
        result[opt] = {"rate": best_rate, "loss": best_loss, "inside": min(rates) < best_rate < max(rates)}
    return result
