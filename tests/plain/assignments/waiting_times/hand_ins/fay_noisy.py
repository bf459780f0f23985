# All right, in cells of her own, with magics, printing and a warning of NumPy that tells of nothing wrong.
# ruff: noqa

# %% after="setup"
# %load_ext autoreload
# %autoreload 0
import sys

print("Fay's own tools", file=sys.stderr)


def average(values):
    return sum(values) / len(values)


average(waits)

# %% grade_id="longest"
longest = sorted(waits)[-1]
longest


# %% grade_id="share_above"
# %%time
def share_above(values, limit):
    print("above", limit)
    return average([value > limit for value in values])


share_above(waits, 5)


# %% grade_id="standard_units"
def standard_units(values):
    return (np.array(values) - average(values)) / np.std(values)


# %% grade_id="resampled"
def resampled(values, rng, times):
    return rng.choice(values, (times, len(values))).mean(axis=1)


# %% grade_id="answer"
answer = "average" if average(waits) > np.median(waits) else "median"
print(answer)

# %% grade_id="medians"
early, noon, late = map(np.median, np.split(waits, 3))
medians = {"early": early, "noon": noon, "late": late}
display(medians)
