# Wrong in ordinary ways: the last value, "at least", another deviation, no replacement, the wrong letter, a wrong name.
# ruff: noqa

# %% grade_id="longest"
longest = waits[-1]


# %% grade_id="share_above"
def share_above(values, limit):
    return sum(value >= limit for value in values) / len(values) * 100


# %% grade_id="standard_units"
def standard_units(values):
    return [(value - np.mean(values)) / np.std(values, ddof=1) for value in values]


# %% grade_id="resampled"
def resampled(values, rng, times):
    return [np.mean(rng.choice(values, len(values), replace=False)) for _ in range(times)]


# %% grade_id="answer"
answer = "b"

# %% grade_id="medians"
median = {"early": 6.5, "noon": 7, "late": 7}
