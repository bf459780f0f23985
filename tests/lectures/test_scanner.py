"""Planted failures: each kind of uncovered claim turns the scan red, and what is covered or exempt stays green."""

import pytest

from tests.lectures.scanner import faults

GOOD = r"""---
jupytext: {text_representation: {format_name: myst, format_version: 0.13}}
kernelspec: {name: python3}
---

# Step 10 of 12

By section 3.5 (Goh 2017; Lessard, Recht and Packard 2016) the rate is $\sqrt{0.81}$, or 0.900, with `0.77` in code.

```{math}
:label: eq-rate
\rho = \sqrt{\gamma}
```

````{dropdown} What is it?
The loss was 28 % lower (15 to 41 % over 40 seeds). It took
30 000 steps to $10^{-4}$, 39 % of them uphill, down to −1.8024. See [lecture 77](77_other.md).

```{math}
:label: eq-inner
1 + 1 = 2
```
````

```{code-cell} ipython3
:tags: [check, hide-input]

formula("eq-rate", spectral_radius, gamma**0.5)
claims.formula("eq-inner", 1 + 1, 2)
number("0.81", gamma)
number("0.900", radius)
number("30 000", steps)
number("1e-4", floor)
number("39 %", share)
number("-1.8024", lowest)
losses = [np.random.default_rng(seed).normal() for seed in range(40)]
chance("28 %", "15 %", "41 %", "40", over_seeds(losses))
```
"""


def test_a_covered_lecture_has_no_faults():
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('formula("eq-rate", spectral_radius, gamma**0.5)', "", "eq-rate is shown"),
        ('claims.formula("eq-inner", 1 + 1, 2)', "", "eq-inner is shown"),
        ('formula("eq-rate"', 'formula("eq-other"', "eq-other is asserted and not shown"),
        ('formula("eq-rate", spectral_radius, gamma**0.5)', 'formula("eq-rate", gamma, gamma)', "with itself"),
        (":label: eq-rate\n", "", "without a label"),
        (":label: eq-inner", ":label: eq-rate", "used twice"),
        (":label: eq-inner", ":label: inner", "does not start with eq-"),
        ('number("0.900", radius)', "", "0.900 is printed"),
        ("0.900,", "0.901,", "0.901 is printed"),
        ("0.900,", "$0.901$,", "0.901 is printed"),
        ("0.900,", "| a | 0.901 |", "0.901 is printed"),
        ("0.900,", "0.900 and 17,", "17 is printed"),
        ("0.900,", r"0.900 and $5 \times 10^{3}$,", r"5 \times 10^{3} is printed"),
        ('number("1e-4", floor)', "", "10^{-4} is printed"),
        ('number("39 %", share)', "", "39 % is printed"),
        ('number("39 %", share)', 'number("39", share)', "39 % is printed"),
        ("−1.8024", "1.8024", "1.8024 is printed"),
        ("What is it?", "Is it 0.5?", "0.5 is printed"),
        ('number("30 000", steps)', 'if steps:\n    number("30 000", steps)', "30 000 is printed"),
        ('number("30 000", steps)', "number(text, steps)", "must be a plain string"),
        ('number("30 000", steps)', 'number("many", steps)', "not a number"),
        ("By section", "$$ a = b $$\n\nBy section", "outside a {math} block"),
        ("````{dropdown}", "```````{dropdown}", "not closed"),
        ("(Goh 2017;", "(2017 steps;", "2017 is printed"),
        ("15 to 41 %", "15 % to 42 %", "42 % is printed"),
        (" over 40 seeds", "", "no paragraph prints this number with its range and the number of seeds"),
        ("(15 to 41 % over 40 seeds)", "\n\n(15 to 41 % over 40 seeds)", "no paragraph prints this number"),
        ('"40", over', "count, over", "the first four arguments of chance must be a plain string"),
    ],
)
def test_an_uncovered_claim_is_found(old: str, new: str, fault: str):
    assert old in GOOD
    assert any(fault in line for line in faults(GOOD.replace(old, new, 1)))


@pytest.mark.parametrize(
    "value",
    [
        "0.81",
        "-0.81",
        "float(0.81)",
        "0.9 * 0.9",
        "0.9**2",
        "np.sqrt(0.6561)",
        "[0.8, 0.81][1]",
        "sum((0.8, 0.01))",
        "own",
    ],
)
def test_a_number_that_cannot_fail_is_found(value: str):
    text = GOOD.replace('number("0.81", gamma)', f'own = 0.81\nnumber("0.81", {value})')
    assert any("number('0.81') compares a literal, and no run computes it" in line for line in faults(text))


@pytest.mark.parametrize(
    "given", ["own = 0.81", "half = 0.405\nown = 2 * half", "one, own = 1, 0.9 * 0.9\nassert own < one"]
)
def test_a_name_that_only_checks_read_is_a_literal_in_every_cell(given: str):
    cell = f"```{{code-cell}} ipython3\n{given}\n```\n"
    text = GOOD.replace("```{code-cell}", f"{cell}\n```{{code-cell}}").replace('"0.81", gamma', '"0.81", own')
    assert any("number('0.81') compares a literal, and no run computes it" in line for line in faults(text))
    used = text.replace("gamma**0.5", "own**0.5")  # the page computes with it
    assert faults(used) == []


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("", "np.random.default_rng(3).normal()"),
        ("rng = np.random.default_rng(3)\nshifted = 2 + rng.normal()", "shifted"),
        ("def draw(seed):\n    rng = np.random.default_rng(seed)\n    return rng.normal()", "draw(3)"),
        ("ends = {}\nends['adam'] = np.random.default_rng(3).normal()", "1 - ends['adam']"),
        ("ends = []\nends.append(np.random.default_rng(3).normal())", "max(ends)"),
        ("rng = np.random.default_rng(3)\nfor step in range(3):\n    last = rng.normal()", "last"),
        ("radius, other = rng.normal(size=2), 1", "radius"),
        ("radius = kept.gathered('dense').comparisons[0].report", "radius"),
    ],
)
def test_a_number_from_chance_without_its_spread_is_found(code: str, value: str):
    text = GOOD.replace('number("0.900", radius)', f'{code}\nnumber("0.900", {value})').replace(
        'formula("eq-rate"', 'rng = np.random.default_rng(1)\nformula("eq-rate"'
    )
    assert any("number('0.900') comes from chance" in line for line in faults(text))


@pytest.mark.parametrize("value", ["len(losses)", "losses.size", "spread(0.5)", "radius"])
def test_what_chance_has_no_part_in_needs_no_spread(value: str):
    code = "def spread(losses):\n    return 2 * losses\n\nradius = losses[0]\nradius = 0.5 + 0.4\n"
    text = GOOD.replace('number("0.900", radius)', "")
    text = text.replace("chance(", f'{code}number("0.900", {value})\nchance(')
    assert faults(text) == []
