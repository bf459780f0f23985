"""The tables of a comparison for people, as rich draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from course.experiments.comparison.claims import Answered
from course.experiments.comparison.experiment import Measured
from course.experiments.comparison.protocol import Comparison
from course.experiments.comparison.statistics import FEWEST, mean_interval, shown
from course.experiments.comparison.summary import TAUS, against, profile, reference, rows

_STYLES = {"held": "green", "not held": "red", "undecided": "yellow"}


def dishonest_table(task: str, rankings: Mapping[float, Sequence[tuple[str, float]]]) -> Table:
    """One ranking beside the other: one rate for all, one seed. Without a ranking it prints as nothing."""
    if not rankings:
        return Table()
    table = Table(title=f"{task}, NOT like this: one rate for all optimizers, one seed. Every column is a ranking")
    table.add_column("", justify="right")
    for rate in rankings:
        table.add_column(f"rate {rate:g}")
    for place, cells in enumerate(zip(*rankings.values(), strict=True), start=1):
        table.add_row(f"{place}.", *(f"{name} {score:.4g}" for name, score in cells))
    return table


def honest_table(comparison: Comparison, beside: Sequence[Measured] = ()) -> Table:
    """The optimizers at their best rates, on seeds that tuned nothing, and the benchmarks on the same seeds."""
    found, best, protocol = rows(comparison), reference(comparison), comparison.protocol
    table = Table(
        title=f"{comparison.task}, like this: each at its best rate, on {len(protocol.report_seeds)} seeds that tuned "
        f"nothing; ratios to {best}, the best in tuning, with 95 % intervals",
        caption=_budget(comparison),
    )
    for name in ("optimizer", "rate", "loss", "ratio", "lower with probability", "diverged", "single runs won"):
        table.add_column(name, justify="left" if name == "optimizer" else "right")
    for row in found:
        same = row.optimizer == best
        table.add_row(
            row.optimizer,
            f"{row.rate:.3g}" + ("" if row.interior else " (at the edge)") + ("" if row.trials else " (given)"),
            f"{row.loss.estimate:.4g}",
            "1" if same else shown(row.ratio),
            "" if same else shown(row.wins),
            str(row.diverged),
            "" if row.singles is None else str(row.singles),
        )
    for benchmark in beside:
        level, ratio, wins = against(comparison, benchmark.values)
        table.add_row(benchmark.subject, "no network", f"{level.estimate:.4g}", shown(ratio), shown(wins), "", "")
    return table


def _budget(comparison: Comparison) -> str:
    spent = {(row.trials, row.runs, row.steps) for row in rows(comparison)}
    return "\n".join(
        f"{trials} rates, {runs} runs, {steps} steps " + ("for each optimizer" if len(spent) == 1 else "for some")
        for trials, runs, steps in sorted(spent)
    )


def profile_table(comparisons: Sequence[Comparison]) -> Table:
    """On what share of all seeds of all tasks each optimizer is near the best of that seed."""
    table = Table(title="Near the best: the share of the seeds, over all tasks (a performance profile)")
    table.add_column("optimizer")
    for tau in TAUS:
        table.add_column("the best" if tau == 1 else f"within {tau - 1:.0%}", justify="right")
    for name, shares in sorted(profile(comparisons).items(), key=lambda item: item[1], reverse=True):
        table.add_row(name, *(f"{share:.2f}" for share in shares))
    return table


def measured_table(name: str, measured: Sequence[Measured]) -> Table:
    """What a measurement gave."""
    table = Table(title=name)
    for column in ("task", "quantity", "optimizer", "value"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for m in measured:
        known = len(m.values) >= FEWEST
        value = shown(mean_interval(m.values)) if known else ", ".join(f"{value:.4g}" for value in m.values)
        table.add_row(m.task, m.quantity, m.subject, value)
    return table


def claims_table(answers: Sequence[Answered]) -> Table:
    """The claims, their answers and the evidence."""
    table = Table(title="The claims, written down before the runs", show_lines=True)
    for column in ("section", "claim", "answer", "evidence"):
        table.add_column(column)
    for answered in answers:
        answer: Any = f"[{_STYLES[answered.answer]}]{answered.answer}"
        claim = answered.claim
        table.add_row(claim.section, f"{claim.says} ({claim.id})", answer, answered.evidence)
    return table
