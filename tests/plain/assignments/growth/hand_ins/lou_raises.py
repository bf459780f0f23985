# Cells that raise before they define anything, and one that raises after it has.
# ruff: noqa

# %% grade_id="growth_rate"
from a_package_that_nobody_has import rates

growth_rate = rates.yearly


# %% grade_id="fastest"
def fastest(rows):
    return sorted(rows, key=lambda row: row["y1991"])


# %% grade_id="average"
def average(values):
    return sum(values) / len(values)


assert average([1, 2]) == 2, "I thought so"

# %% grade_id="picture"
plt.savefig("growth.svgg")


# %% grade_id="catch_up"
def catch_up(rows):
    return [row["slope"] for row in rows]


# %% grade_id="letters"
letters = input("letters: ")

# %% grade_id="doubled"
doubled = ["Alba"]

# %% grade_id="sources"
sources = 2
