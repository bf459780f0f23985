# Wrong throughout; his letters come to less than zero, and he names no country.
# ruff: noqa

# %% grade_id="growth_rate"
def growth_rate(before, after, years):
    return (after - before) / before / years + 1


# %% grade_id="fastest"
def fastest(rows):
    return [row["country"] for row in rows]


# %% grade_id="average"
def average(values):
    return growth_tools.total(values)


# %% grade_id="picture"
plt.show()


# %% grade_id="catch_up"
def catch_up(rows):
    return 1.0, 0.0


# %% grade_id="letters"
letters = ["b", "d"]

# %% grade_id="doubled"
doubled = []

# %% grade_id="sources"
sources = []

# %% [markdown] grade_id="verdict"
# No.
