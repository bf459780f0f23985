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
# # Growth, part 1: the data
#
# Six countries, their output per head in 1990 and 2020. Several parts of an answer give several parts of the points.

# %% nbgrader={"schema_version": 3, "grade_id": "setup_data", "grade": false, "locked": true, "solution": false, "task": false, "cell_type": "code"}
# %matplotlib inline
import warnings
from pathlib import Path

import growth_tools
import matplotlib.pyplot as plt
import numpy as np

rows = growth_tools.load("gdp.csv")


# %% nbgrader={"schema_version": 3, "grade_id": "growth_rate", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
def growth_rate(before, after, years):
    """The yearly rate, as a fraction. ValueError where something is not above zero."""
    ### BEGIN SOLUTION
    if min(before, after, years) <= 0:
        raise ValueError("only above zero")
    return (after / before) ** (1 / years) - 1
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade_id": "rate_credit", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 4}
score = 0.0
try:
    if abs(growth_rate(10, 20, 1) - 1) < 1e-9:
        score += 1
    if abs(growth_rate(10, 40, 2) - 1) < 1e-9:
        score += 1.5
except Exception as error:
    print("it raised", error)
try:
    growth_rate(0, 1, 1)
except ValueError:
    score += 0.5
except Exception:
    pass
### BEGIN HIDDEN TESTS
try:
    if abs(growth_rate(8, 1, 3) + 0.5) < 1e-9:
        score += 1
except Exception:
    pass
### END HIDDEN TESTS
score


# %% nbgrader={"schema_version": 3, "grade_id": "fastest", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
def fastest(rows):
    """The names of the countries, the fastest growing first."""
    ### BEGIN SOLUTION
    return [row["country"] for row in sorted(rows, key=lambda row: row["y1990"] / row["y2020"])]
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade_id": "fastest_credit", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
names = fastest(rows)
assert len(names) == len(rows), "every country once"
2 if names[:2] == ["Cenia", "Fenn"] else 1 if set(names[:2]) == {"Cenia", "Fenn"} else 0

# %% nbgrader={"schema_version": 3, "grade_id": "fastest_numpy_credit", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
np.mean([name == right for name, right in zip(fastest(rows), ["Cenia", "Fenn", "Alba", "Borra", "Dorne", "Elsa"])]) * 2

# %% nbgrader={"schema_version": 3, "grade_id": "fastest_comparison", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
fastest(rows)[-1] == "Elsa"


# %% nbgrader={"schema_version": 3, "grade_id": "average", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
def average(values):
    """The average."""
    ### BEGIN SOLUTION
    return growth_tools.total(values) / len(values)
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade_id": "average_warns", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
assert average([1, 2, 3]) == 2
warnings.warn("this course will be moved to another platform", stacklevel=1)

# %% nbgrader={"schema_version": 3, "grade_id": "average_logs", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
growth_tools.announce("checking your average")
assert average([4.0]) == 4

# %% nbgrader={"schema_version": 3, "grade_id": "average_draws", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
for done in range(3):
    growth_tools.bar(done, 3)
    assert average([done]) == done

# %% nbgrader={"schema_version": 3, "grade_id": "average_partly_and_warns", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
growth_tools.announce("checking your average once more")
credit = 0.0
if average([1, 2]) == 1.5:
    credit += 1.25
if average([-2, 2]) == 0:
    credit += 0.75
credit

# %% [markdown]
# Draw both years of every country, and save the picture as `growth.png`.

# %% nbgrader={"schema_version": 3, "grade_id": "picture", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
### BEGIN SOLUTION
plt.bar([row["country"] for row in rows], [row["y2020"] for row in rows])
plt.bar([row["country"] for row in rows], [row["y1990"] for row in rows])
plt.savefig("growth.png")
### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "picture_there", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
assert Path("growth.png").read_bytes().startswith(b"\x89PNG")
plt.gcf()
