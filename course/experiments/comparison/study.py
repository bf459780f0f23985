"""`tp compare`: the dishonest ranking of an experiment, the honest one, the answers to the claims, and the files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course.experiments.comparison import ahead
from course.experiments.comparison.claims import Answered, Claim, answer
from course.experiments.comparison.experiment import Experiment, Gathered, Measurement
from course.experiments.comparison.protocol import compare, dishonest, planned
from course.experiments.training import backend
from course.experiments.training.bar import Bar

AHEAD = "measuring how long it will take ..."
COLUMNS = 9  # rates in the table of the dishonest ranking; more cannot be read


def listing(experiments: Mapping[str, Experiment | Measurement], claims: Sequence[Claim]) -> Any:
    """A table of the experiments and the claims that each tests."""
    from rich.table import Table

    table = Table(show_lines=True)
    for column in ("experiment", "about", "claims"):
        table.add_column(column)
    for name, experiment in experiments.items():
        tested = [f"{claim.says} ({claim.id})" for claim in claims if claim.experiment == name]
        table.add_row(name, experiment.about, "\n".join(tested))
    return table


def study(
    experiment: Experiment | Measurement, claims: Sequence[Claim], out: Path, console: Any, bars: Any, quick: bool
) -> list[Answered]:
    """Run one experiment and print what came out; NAME.json and NAME.png go into the folder `out`.

    All runs are kept in out/runs/NAME.csv, so that a study that was killed goes on.

    Args:
        experiment: what to run.
        claims: those that this experiment tests are answered.
        out: a folder, made if it is not there.
        console: rich's console for the tables; bars: one for the progress bar.
        quick: whether to run the small setting.

    Raises:
        ValueError: in one line, if something does not fit together.
    """
    from course.experiments.comparison.summary import plain_data
    from course.experiments.comparison.tables import claims_table, measured_table, profile_table

    backend.load()
    setting = "quick" if quick else "full"
    console.print(f"{experiment.name} ({setting}): {experiment.about}. {backend.where()}", markup=False, soft_wrap=True)
    if isinstance(experiment, Measurement):
        with bars.status(AHEAD):
            seconds = experiment.ahead(quick)
        console.print(f"It takes {ahead.spoken(seconds, seconds)} here.", markup=False, soft_wrap=True)
        with bars.status("measuring ..."):
            gathered = Gathered(experiment.name, measured=tuple(experiment.measure(quick)))
        console.print(measured_table(experiment.name, gathered.measured))
    else:
        gathered = _trained(experiment, out / "runs" / f"{experiment.name}.csv", console, bars, quick)
        console.print(profile_table(gathered.comparisons))
    answers = [answer(claim, gathered) for claim in claims if claim.experiment == experiment.name]
    if answers:
        console.print(claims_table(answers))
    found = plain_data(experiment, gathered, answers, quick)
    out.mkdir(parents=True, exist_ok=True)
    written = [out / f"{experiment.name}.json"]
    if gathered.comparisons:
        found["picture"] = _draw(gathered, out / f"{experiment.name}.png")
        written.append(out / f"{experiment.name}.png")
    write(found, written[0])
    console.print(f"written: {', '.join(map(str, written))}", markup=False, soft_wrap=True)
    return answers


def write(found: Any, path: Path) -> None:
    """Write plain data as JSON. A list of numbers stands on one line: a few hundred lines that can be compared."""
    text = re.sub(r"\[[^\[\]{}]*\]", lambda listed: re.sub(r"\s+", " ", listed[0]), json.dumps(found, indent=1))
    path.write_text(text + "\n", encoding="utf-8")


def _trained(experiment: Experiment, table: Path, console: Any, bars: Any, quick: bool) -> Gathered:
    """For each task the dishonest ranking, which is part of the tuning and costs nothing, and the honest comparison.

    What needs no network stands beside the optimizers.
    """
    from course.experiments.comparison.tables import dishonest_table, honest_table

    plan, found, beside = experiment.plan(quick), [], []
    with bars.status(AHEAD):
        times = [ahead.seconds(task, experiment.optimizers, protocol) for task, protocol in plan]
    total = ahead.spoken(*map(sum, zip(*times, strict=True)))
    console.print(f"It takes {total} here, less what a run before has left.", markup=False, soft_wrap=True)
    with Bar(sum(planned(experiment.optimizers, protocol) for _, protocol in plan), console=bars) as bar:
        for task, protocol in plan:
            found.append(compare(task, experiment.optimizers, protocol, table=table, progress=bar))
            if len(found[-1].tuning):
                some = protocol.rates[:: -(-len(protocol.rates) // COLUMNS)]
                rankings = dishonest(task, experiment.optimizers, protocol, some, table=table, progress=False)
                console.print(dishonest_table(task.name, rankings))
            measured = experiment.beside(task, protocol.report_seeds)
            console.print(honest_table(found[-1], measured))
            beside += measured
    return Gathered(experiment.name, tuple(found), tuple(beside))


def _draw(gathered: Gathered, path: Path) -> str:
    """Write the picture; what it shows in words, which also stands in the file."""
    from course.experiments.comparison.drawing import picture

    figure, said = picture(gathered)
    figure.savefig(path, bbox_inches="tight", metadata={"Description": said})
    return said
