# All right.
# ruff: noqa

# %% grade_id="growth_rate"
def growth_rate(before, after, years):
    if before <= 0 or after <= 0 or years <= 0:
        raise ValueError
    return np.exp(np.log(after / before) / years) - 1


# %% grade_id="fastest"
def fastest(rows):
    factors = {row["country"]: row["y2020"] / row["y1990"] for row in rows}
    return sorted(factors, key=factors.get, reverse=True)


# %% grade_id="average"
def average(values):
    return sum(values) / len(values)


# %% grade_id="picture"
figure, axes = plt.subplots()
for row in rows:
    axes.plot([1990, 2020], [row["y1990"], row["y2020"]], label=row["country"])
axes.legend()
figure.savefig("growth.png")


# %% grade_id="catch_up"
def catch_up(rows):
    x, y2020 = (np.log([row[year] for row in rows]) for year in ("y1990", "y2020"))
    y = y2020 - x
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return slope, y.mean() - slope * x.mean()


# %% grade_id="letters"
letters = "ca"

# %% grade_id="doubled"
doubled = [row["country"] for row in rows if row["y2020"] / row["y1990"] >= 2]

# %% grade_id="sources"
sources = ("IMF", "OECD")

# %% [markdown] grade_id="verdict"
# They do, here: the slope is below zero. With six countries that may be luck.
