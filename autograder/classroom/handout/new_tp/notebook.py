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
# # Returns and volatility
#
# Two functions and one question. After the first function comes a check that you can run as often as you like.

# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "setup", "locked": true, "solution": false, "task": false, "cell_type": "code"}
import numpy as np

from course.judging import check

# %% [markdown]
# ## 1. Logarithmic returns (3 points)
#
# $$r_t = \log p_t - \log p_{t-1}$$


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "log_returns", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def log_returns(prices):
    """The logarithmic returns of prices, an array with one entry less."""
    ### BEGIN SOLUTION
    return np.diff(np.log(prices))
    ### END SOLUTION


# %% tags=["check"]
from course.judging import check

check("log_returns")

# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_log_returns", "locked": true, "solution": false, "task": false, "cell_type": "code"}
from course.judging import check

check("log_returns").required()

# %% [markdown]
# ## 2. Volatility over a year (2 points)
#
# A year has 252 trading days, and the variances of days add up.


# %% nbgrader={"schema_version": 3, "grade": false, "grade_id": "annual_volatility", "locked": false, "solution": true, "task": false, "cell_type": "code"}
def annual_volatility(daily):
    """The volatility over a year from the volatility of one day."""
    ### BEGIN SOLUTION
    return daily * np.sqrt(252)
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade": true, "grade_id": "test_annual_volatility", "locked": true, "points": 2, "solution": false, "task": false, "cell_type": "code"}
assert annual_volatility(0.0) == 0.0
### BEGIN HIDDEN TESTS
assert np.isclose(annual_volatility(0.01), 0.01 * np.sqrt(252))
### END HIDDEN TESTS

# %% [markdown]
# ## 3. In words (1 point)
#
# Why are logarithmic returns added over time, and simple returns over assets?

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "grade_id": "in_words", "locked": false, "points": 1, "solution": true, "task": false, "cell_type": "markdown"}
# Over time the logarithms of price ratios add up; over assets the value of a portfolio is a sum of prices.
