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
# # Growth, part 2: a model
#
# Do poor countries catch up? The folder is that of part 1, with the picture that you saved there.

# %% nbgrader={"schema_version": 3, "grade_id": "setup_model", "grade": false, "locked": true, "solution": false, "task": false, "cell_type": "code"}
import os

import growth_tools
import numpy as np

rows = growth_tools.load("gdp.csv")

# %% nbgrader={"schema_version": 3, "grade_id": "picture_still_there", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
assert os.path.getsize("growth.png") > 1000


# %% nbgrader={"schema_version": 3, "grade_id": "catch_up", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
def catch_up(rows):
    """Slope and intercept of log growth on log output in 1990."""
    ### BEGIN SOLUTION
    x = np.log([row["y1990"] for row in rows])
    y = np.log([row["y2020"] for row in rows]) - x
    slope, intercept = np.polyfit(x, y, 1)
    return slope, intercept
    ### END SOLUTION


# %% nbgrader={"schema_version": 3, "grade_id": "catch_up_sign", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 1}
slope, intercept = catch_up(rows)
assert slope < 0

# %% nbgrader={"schema_version": 3, "grade_id": "catch_up_credit", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
hits = [abs(slope + 0.59143) < 1e-4, abs(intercept - 1.74048) < 1e-4]
print(hits)
### BEGIN HIDDEN TESTS
hits.append(np.allclose(catch_up([{"y1990": 1, "y2020": 1}, {"y1990": np.e, "y2020": 1}]), (-1, 0)))
### END HIDDEN TESTS
round(float(2 * sum(hits) / 3), 2)

# %% [markdown]
# Which of the statements a to e are true? Give their letters in a list. A wrong letter costs as much as a right one gives.

# %% nbgrader={"schema_version": 3, "grade_id": "letters", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
### BEGIN SOLUTION
letters = ["a", "c"]
### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "letters_credit", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
sum(1 if letter in "ac" else -1 for letter in letters)

# %% [markdown]
# Name countries that grew by a factor of two or more. What counts is the share of right ones among those you name.

# %% nbgrader={"schema_version": 3, "grade_id": "doubled", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
### BEGIN SOLUTION
doubled = ["Alba", "Cenia", "Fenn"]
### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "doubled_credit", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
right = sum(name in ("Alba", "Cenia", "Fenn") for name in doubled)
2 * right / len(doubled) if len(doubled) > 0 else float("nan")

# %% [markdown]
# Name sources that you used; each is worth a point.

# %% nbgrader={"schema_version": 3, "grade_id": "sources", "grade": false, "locked": false, "solution": true, "task": false, "cell_type": "code"}
### BEGIN SOLUTION
sources = ["World Bank", "Penn World Table"]
### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "sources_credit", "grade": true, "locked": true, "solution": false, "task": false, "cell_type": "code", "points": 2}
len(sources)

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "verdict", "grade": true, "locked": false, "solution": true, "task": false, "cell_type": "markdown", "points": 3}
# Two sentences: poor countries catch up in this table, but six are few.
