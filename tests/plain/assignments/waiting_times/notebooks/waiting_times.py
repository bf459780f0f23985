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
# # Waiting for the bus
#
# Twelve waiting times, in minutes. Each question is small, and each has its own checks; some checks you do not see.

# %% nbgrader={"schema_version": 3, "grade_id": "setup", "grade": false, "locked": true, "solution": false, "task": false, "cell_type": "code"}
import numpy as np

waits = np.array([4, 9, 2, 31, 7, 7, 12, 1, 18, 5, 3, 9])

# %% [markdown]
# **Question 1.** The longest time.

# %% nbgrader={"schema_version": 3, "grade_id": "longest", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
### BEGIN SOLUTION
longest = waits.max()
### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "longest_there", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 0}
assert "longest" in globals(), "give your answer the name longest"

# %% nbgrader={"schema_version": 3, "grade_id": "longest_value", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
assert longest > 0
### BEGIN HIDDEN TESTS
assert longest == 31
### END HIDDEN TESTS

# %% [markdown]
# **Question 2.** The share of values strictly above a limit.


# %% nbgrader={"schema_version": 3, "grade_id": "share_above", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
def share_above(values, limit):
    """Between 0 and 1."""
    ### BEGIN SOLUTION
    return np.count_nonzero(np.asarray(values) > limit) / len(values)
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade_id": "share_above_range", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 0.5}
assert 0 <= share_above(waits, 5) <= 1

# %% nbgrader={"schema_version": 3, "grade_id": "share_above_value", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
assert share_above([1, 2, 3, 4], 2.5) == 0.5
assert share_above(waits, 100) == 0
### BEGIN HIDDEN TESTS
assert share_above([1, 2, 3, 4], 3) == 0.25
assert share_above(waits, 9) == 0.25
### END HIDDEN TESTS

# %% [markdown]
# **Question 3.** Standard units: how many standard deviations above average each value is. Where all values are equal the
# answer is an array that is not finite.


# %% nbgrader={"schema_version": 3, "grade_id": "standard_units", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
def standard_units(values):
    """An array of the same length."""
    ### BEGIN SOLUTION
    values = np.asarray(values, dtype=float)
    with np.errstate(all="ignore"):
        return (values - values.mean()) / values.std()
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade_id": "standard_units_shape", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 0.5}
assert standard_units(waits).shape == waits.shape

# %% nbgrader={"schema_version": 3, "grade_id": "standard_units_value", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
assert np.allclose(standard_units([1, 1, 3, 3]), [-1, -1, 1, 1])

# %% nbgrader={"schema_version": 3, "grade_id": "standard_units_hidden", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1.5}
### BEGIN HIDDEN TESTS
units = standard_units(waits)
assert abs(units.mean()) < 1e-12
assert abs(units.std() - 1) < 1e-12
assert units.argmax() == 3
### END HIDDEN TESTS

# %% nbgrader={"schema_version": 3, "grade_id": "standard_units_constant", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
assert not np.isfinite(standard_units([5, 5, 5])).any()

# %% [markdown]
# **Question 4.** The averages of resamples: draw as many values as there are, with replacement, from `rng`.


# %% nbgrader={"schema_version": 3, "grade_id": "resampled", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
def resampled(values, rng, times):
    """An array of `times` averages."""
    ### BEGIN SOLUTION
    return np.array([rng.choice(values, size=len(values)).mean() for _ in range(times)])
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade_id": "resampled_length", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 0.5}
averages = resampled(waits, np.random.default_rng(8), 200)
assert len(averages) == 200

# %% nbgrader={"schema_version": 3, "grade_id": "resampled_spread", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
assert 1 < averages.std() < 4
### BEGIN HIDDEN TESTS
assert abs(averages.mean() - waits.mean()) < 1
assert resampled([3, 3], np.random.default_rng(1), 2).tolist() == [3.0, 3.0]
### END HIDDEN TESTS

# %% [markdown]
# **Question 5.** Which is larger, the average or the median? `answer` is `"average"`, `"median"` or `"neither"`.

# %% nbgrader={"schema_version": 3, "grade_id": "answer", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
### BEGIN SOLUTION
answer = "average"
### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "answer_form", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 0.5}
assert answer in ("average", "median", "neither")

# %% nbgrader={"schema_version": 3, "grade_id": "answer_value", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
### BEGIN HIDDEN TESTS
assert answer == "average"
### END HIDDEN TESTS

# %% [markdown]
# **Question 6.** The median of each third of the day, by name.

# %% nbgrader={"schema_version": 3, "grade_id": "medians", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
### BEGIN SOLUTION
medians = {name: float(np.median(part)) for name, part in zip(("early", "noon", "late"), np.split(waits, 3))}
### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "medians_names", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 0.5}
assert sorted(medians) == ["early", "late", "noon"]

# %% nbgrader={"schema_version": 3, "grade_id": "medians_values", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
assert medians["early"] == 6.5
### BEGIN HIDDEN TESTS
assert medians == {"early": 6.5, "noon": 7.0, "late": 7.0}
### END HIDDEN TESTS
