# A package that is not there, a line that is no Python, a question to nobody, a name that does not exist.
# ruff: noqa

# %% grade_id="longest"
import a_package_that_nobody_has as package

longest = waits.max()

# %% [raw] grade_id="share_above"
# def share_above(values, limit)
#     return np.mean(values > limit)


# %% grade_id="standard_units"
def standard_units(values):
    values = np.array(values)
    return (values - mean(values)) / std(values)


# %% grade_id="resampled"
def resampled(values, rng, times):
    return np.array([rng.choice(values, len(values)).mean() for _ in range(times)])


times = int(input("How many? "))
print(resampled(waits, np.random.default_rng(), times))

# %% grade_id="answer"
answer = "average"
answr.upper()

# %% grade_id="medians"
medians = dict(zip(["early", "noon", "late"], np.median(waits.reshape(3, 4), axis=1)))
