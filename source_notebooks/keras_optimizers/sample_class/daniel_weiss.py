# Unfinished: only LookAheadSGD is written, without build.
# expect: {"LookAheadSGD": "wrong", "RootEpsilonAdam": "wrong", "compare_optimizers": "wrong"}
# ruff: noqa
# fmt: off

# %% grade_id="LookAheadSGD"
class LookAheadSGD(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.9, name="look_ahead_sgd", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.momentum = momentum

    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        v.assign(self.momentum * v + learning_rate * gradient)
        variable.assign(variable - self.momentum * v - learning_rate * gradient)
