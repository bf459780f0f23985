# Right, but with more sources than the cell has points: stock nbgrader gives up at that cell.
# ruff: noqa

# %% grade_id="growth_rate"
def growth_rate(before, after, years):
    if not all(number > 0 for number in (before, after, years)):
        raise ValueError(before, after, years)
    return (after / before) ** (1.0 / years) - 1


# %% grade_id="fastest"
def fastest(rows):
    return [row["country"] for row in sorted(rows, key=lambda row: -row["y2020"] / row["y1990"])]


# %% grade_id="average"
average = np.mean

# %% grade_id="picture"
plt.scatter([row["y1990"] for row in rows], [row["y2020"] for row in rows])
plt.savefig("growth.png")


# %% grade_id="catch_up"
def catch_up(rows):
    x = np.log([row["y1990"] for row in rows])
    return tuple(np.polyfit(x, np.log([row["y2020"] for row in rows]) - x, 1))


# %% grade_id="letters"
letters = ["c", "a"]

# %% grade_id="doubled"
doubled = ["Cenia"]

# %% grade_id="sources"
sources = ["World Bank", "IMF", "OECD", "Eurostat"]

# %% [markdown] grade_id="verdict"
# In this table, yes.
