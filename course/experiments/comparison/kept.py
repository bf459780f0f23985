"""The results that are kept beside the lectures, read back as if the experiments had just been run.

`course.experiments.machine` made them on a larger machine; so does `tp compare --full --out FOLDER`. A file holds the
score of every run, so that every number, picture and answer that is drawn from a comparison can be drawn from it again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course.experiments.comparison.claims import CLAIMS, Answered, Claim, digests
from course.experiments.comparison.experiment import Gathered, Measured
from course.experiments.comparison.protocol import Comparison, Protocol
from course.experiments.comparison.summary import FORMAT
from course.experiments.comparison.tuning import Choice
from course.experiments.training.optimizers import OPTIMIZERS
from course.experiments.training.runs import Results, Run

FOLDER = Path(__file__).parents[1] / "results"


def names() -> list[str]:
    """The experiments of which results are kept."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def stored(experiment: str) -> dict[str, Any]:
    """The file as it is. ValueError, in one line, if there is none, or if it is of another format."""
    path = FOLDER / f"{experiment}.json"
    if not path.is_file():
        raise ValueError(f"no results of {experiment!r} are kept; there are {', '.join(names())}")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if (written := found.get("format", 0)) != FORMAT:
        raise ValueError(
            f"the results of {experiment!r} are of format {written}, this version of the course reads format "
            f"{FORMAT}: update the course, or run `tp compare {experiment} --full --out {FOLDER}`"
        )
    return found


def gathered(experiment: str) -> Gathered:
    """What came out of the experiment: the scores of all runs, without their curves."""
    found = stored(experiment)
    measured = [Measured(m["task"], m["subject"], m["quantity"], tuple(m["values"])) for m in found["measured"]]
    return Gathered(experiment, tuple(map(_comparison, found["tasks"])), tuple(measured))


def changed(claims: Path = CLAIMS) -> list[str]:
    """The claims whose wording, test or margin is no longer that of their run, or that no run has seen."""
    found = []
    for name in names():
        asked, now = stored(name)["asked"], digests(name, claims)
        found += [claim for claim in {**asked, **now} if asked.get(claim) != now.get(claim)]
    return found


def answered(claims: Sequence[Claim]) -> list[Answered]:
    """The claims with their answers: from the results that are kept, or as given where no run can decide.

    ValueError, in one line, if a claim was changed after its run.
    """
    if late := changed():
        raise ValueError(f"claim {late[0]!r} is not the one that its experiment ran for: pose it anew, with another id")
    by_runs = {claim["id"]: claim for name in names() for claim in stored(name)["claims"]}
    found = []
    for claim in claims:
        given: dict[str, Any] = {"answer": claim.answer, "evidence": claim.because}
        said = by_runs[claim.id] if claim.by == "runs" else given
        found.append(Answered(claim, said["answer"], said["evidence"]))
    return found


def _comparison(found: dict[str, Any]) -> Comparison:
    settings: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in found["protocol"].items()}
    protocol = Protocol(**settings)
    choices, tuning, report = {}, [], []
    for kept in sorted(found["optimizers"], key=lambda kept: [*OPTIMIZERS, kept["optimizer"]].index(kept["optimizer"])):
        name, rates = kept["optimizer"], tuple(kept["rates"])
        losses = tuple(map(float, kept["tuning_losses"]))
        choices[name] = Choice(kept["rate"], kept["interior"], rates, losses, tuned=kept["trials"] > 0)
        own = (found["task"], name, protocol.epochs)
        for rate, scores in zip(rates, kept["tuning_scores"], strict=False):
            tuning += _runs(own, rate, protocol.tuning_seeds, scores)
        report += _runs(own, kept["rate"], protocol.report_seeds, kept["report_losses"])
    steps = found["optimizers"][0]["steps"] // found["optimizers"][0]["runs"]
    return Comparison(
        found["task"], protocol, choices, Results(tuple(tuning)), Results(tuple(report)), steps, found["where"]
    )


def _runs(own: tuple[str, str, int], rate: float, seeds: Sequence[int], scores: Sequence[Any]) -> list[Run]:
    """Runs of a task, an optimizer and so many epochs, of which only the scores are known."""
    task, optimizer, epochs = own
    return [
        Run(
            task=task,
            model="",
            optimizer=optimizer,
            rate=rate,
            seed=seed,
            epochs=epochs,
            diverged=epochs if score == "inf" else None,
            loss=(),
            val_loss=(float(score),),
            val_accuracy=(),
            seconds=float("nan"),
            backend="",
            device="",
            precision="",
            versions="",
            key="",
        )
        for seed, score in zip(seeds, scores, strict=True)
    ]
