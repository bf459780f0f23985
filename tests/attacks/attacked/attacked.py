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
# # What is attacked

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "setup", "locked": true, "solution": false, "task": false, "cell_type": "code"}
# ruff: noqa: E501, F401
import numpy as np

from course.judging import check


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "gradient_descent_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def gradient_descent_step(theta, grad, eta):
    ### BEGIN SOLUTION
    return theta - eta * grad
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_gradient_descent_step", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("gradient_descent_step", gradient_descent_step).required()


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "momentum_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def momentum_step(theta, v, grad, eta, gamma=0.9):
    ### BEGIN SOLUTION
    v = gamma * v + eta * grad
    return theta - v, v
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_momentum_step", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("momentum_step", momentum_step).required()


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "nesterov_step", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    ### BEGIN SOLUTION
    v = gamma * v + eta * grad_fn(theta - gamma * v)
    return theta - v, v
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_nesterov_step", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("nesterov_step", nesterov_step).required()


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "step_decay", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def step_decay(t, eta_0, gamma, s):
    ### BEGIN SOLUTION
    return eta_0 * gamma ** (t // s)
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_step_decay", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("step_decay", step_decay).required()


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "Average", "locked": false, "solution": true, "task": false, "cell_type": "code"}
class Average:
    ### BEGIN SOLUTION
    def __init__(self):
        self.count, self.total = 0, 0.0

    def add(self, number):
        self.count, self.total = self.count + 1, self.total + number
        return self.total / self.count

    def state(self):
        return {"count": self.count, "total": self.total}

    def restore(self, state):
        self.count, self.total = state["count"], state["total"]

    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_Average", "locked": true, "solution": false, "task": false, "cell_type": "code"}
check("Average", Average).required()

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "grade_id": "written_comparison", "locked": false, "solution": true, "task": false, "cell_type": "markdown", "points": 3}
# Any answer.
