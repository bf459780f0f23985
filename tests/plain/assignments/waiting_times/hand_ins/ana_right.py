# All right, with the arrays that the course teaches.
# ruff: noqa

# %% grade_id="longest"
longest = np.max(waits)


# %% grade_id="share_above"
def share_above(values, limit):
    """Between 0 and 1."""
    return np.mean(np.array(values) > limit)


# %% grade_id="standard_units"
def standard_units(values):
    """An array of the same length."""
    values = np.array(values)
    with np.errstate(invalid="ignore"):
        return (values - np.mean(values)) / np.std(values)


# %% grade_id="resampled"
def resampled(values, rng, times):
    """An array of `times` averages."""
    averages = np.array([])
    for _ in np.arange(times):
        averages = np.append(averages, np.mean(rng.choice(values, len(values))))
    return averages


# %% grade_id="answer"
answer = "average"

# %% grade_id="medians"
medians = {"early": np.median(waits[:4]), "noon": np.median(waits[4:8]), "late": np.median(waits[8:])}
