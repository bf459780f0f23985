"""Claims: what is decided by which numbers, and what a file of claims may hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.experiments.comparison import kept
from course.experiments.comparison.claims import CLAIMS, Answered, Claim, answer, digests, read, superseded
from course.experiments.comparison.experiment import Gathered, Measured, Measurement
from course.experiments.studies import EXPERIMENTS

N = 12
RNG = np.random.default_rng(4)
BASE = np.exp(RNG.normal(0, 1.0, N))  # seeds differ a lot ...
NOISE = {name: np.exp(RNG.normal(0, 0.05, N)) for name in "abcd"}  # ... and pairs hardly


def gathered(**means: dict[str, float]) -> Gathered:
    """task -> subject -> its losses' level; the seeds are the same for all."""
    rows = [
        Measured(task, name, "loss", tuple(level * BASE * NOISE[name]))
        for task, levels in means.items()
        for name, level in levels.items()
    ]
    return Gathered("made up", measured=tuple(rows))


def asked(found: Gathered, lower: str | list[str], than: str | list[str], **more: Any) -> Answered:
    one, other = (tuple([names] if isinstance(names, str) else names) for names in (lower, than))
    return answer(Claim("id", "3.8", "...", "made up", one, other, **more), found)


def test_pairs_decide_where_the_spread_between_seeds_is_twenty_times_the_difference() -> None:
    found = gathered(t={"a": 1.0, "b": 1.2})
    assert asked(found, "a", "b").answer == "held"
    assert asked(found, "b", "a").answer == "not held"
    assert np.std(BASE) / np.mean(BASE) > 0.5


@pytest.mark.parametrize(("ratio", "expected"), [(0.7, "not held"), (1 / 1.2, "undecided"), (1.0, "held")])
def test_the_margin_decides(ratio: float, expected: str) -> None:
    assert asked(gathered(t={"a": 1.0, "b": 1.2}), "a", "b", ratio=ratio).answer == expected


def test_equal_levels_are_undecided() -> None:
    found = gathered(t={"a": 1.0, "b": 1.0})
    for answered in (asked(found, "a", "b"), asked(found, "b", "a")):  # the estimate of one of them is below 1
        assert answered.answer == "undecided"
        assert "12 seeds" in answered.evidence
    same = Gathered("made up", measured=tuple(Measured("t", name, "loss", tuple(BASE)) for name in "ab"))
    assert asked(same, "a", "b").answer == "undecided"


def test_all_or_most_of_the_pairs() -> None:
    mixed = gathered(t={"a": 1.0, "b": 2.0, "c": 2.0, "d": 0.5})
    assert asked(mixed, "a", ["b", "c", "d"]).answer == "not held"
    assert "a / d on t" in asked(mixed, "a", ["b", "c", "d"]).evidence, "the pair that speaks against it is shown"
    assert asked(mixed, "a", ["b", "c", "d"], need="most").answer == "held"
    assert asked(mixed, "a", ["b", "c", "d"], need="most").evidence.startswith("held in 2, not in 1 of 3; ")
    assert asked(mixed, "a", ["b", "d"], need="most").answer == "not held", "half is not most"
    assert asked(mixed, "a", ["b", "d"], need="some").answer == "held"
    assert asked(mixed, "a", "d", need="some").answer == "not held"
    equal = gathered(t={"a": 1.0, "b": 1.0, "d": 0.5})
    assert asked(equal, "a", ["b", "d"], need="some").answer == "undecided", "one of them may hold"
    assert asked(mixed, ["a", "b"], "b").evidence.startswith("a / b"), "nobody is paired with itself"


def test_many_pairs_need_wider_intervals() -> None:
    def ends(answered: Answered) -> list[float]:
        return [float(end) for end in answered.evidence.split("(")[1].split(")")[0].split(" to ")]

    one = ends(asked(gathered(t={"a": 1.0, "b": 1.0}), "a", "b"))
    ten = ends(asked(gathered(**{f"t{i}": {"a": 1.0, "b": 1.0} for i in range(10)}), "a", "b"))
    assert ten[0] < one[0] < one[1] < ten[1]


def test_single_numbers_are_exact_and_few_decide_nothing() -> None:
    rows = [Measured("", "sgd", "bytes", (0.0,)), Measured("", "adam", "bytes", (8.0,))]
    rows += [Measured("", "sgd", "seconds", (1.0, 1.0)), Measured("", "adam", "seconds", (9.0, 9.0))]
    found = Gathered("cost", measured=tuple(rows))
    answered = asked(found, "sgd", "adam", quantity="bytes")
    assert (answered.answer, answered.evidence) == ("held", "sgd / adam: 0 / 8, exactly")
    assert asked(found, "adam", "sgd", quantity="bytes").answer == "not held"
    assert asked(found, "adam", ["adam", "sgd"], quantity="bytes").answer == "not held"
    few = asked(found, "sgd", "adam", quantity="seconds")
    assert (few.answer, few.evidence) == ("undecided", "sgd / adam: 2 seeds are too few for an interval")
    with pytest.raises(ValueError, match="claim 'id': experiment cost has no task"):
        asked(Gathered("cost"), "sgd", "adam")
    with pytest.raises(ValueError, match="claim 'id': experiment cost: there is no 'loss' of 'sgd' on task ''"):
        asked(found, "sgd", "adam")


def test_a_run_that_diverged_holds_nothing() -> None:
    lost = tuple(np.where(np.arange(N) == 3, np.inf, 0.1 * BASE))
    rows = (Measured("t", "a", "loss", lost), Measured("t", "b", "loss", tuple(BASE)))
    found = Gathered("made up", measured=rows)
    assert asked(found, "a", "b").answer == "undecided", "better, but for one seed"
    assert asked(found, "b", "a").answer == "undecided"
    worse = (Measured("t", "a", "loss", tuple(np.array(lost) * 100)), rows[1])
    assert asked(Gathered("made up", measured=worse), "b", "a").answer == "held"


def test_the_claims_of_the_course_can_be_read() -> None:
    claims = read(EXPERIMENTS)
    assert len(claims) >= 2
    assert {claim.experiment for claim in claims if claim.by == "runs"} <= set(EXPERIMENTS)
    assert {claim.by for claim in superseded()} <= {claim.id for claim in claims}


@pytest.mark.parametrize(
    "changed", ["ratio = 0.5", 'than = "rmsprop"', 'means = "another wording"', 'says = "another sentence"']
)
def test_a_claim_that_was_changed_after_its_run_is_seen(tmp_path: Path, changed: str) -> None:
    """The planted failure: its wording, its test, its margin."""
    text = CLAIMS.read_text(encoding="utf-8")
    first = text.index('id = "momentum-final-2"')
    key = changed.split(" = ")[0]
    end = text.index("[[claim]]", first)
    entry = re.sub(rf"^{key} = .*$", changed, text[first:end], flags=re.MULTILINE)
    path = tmp_path / "claims.toml"
    path.write_text(text, encoding="utf-8")
    assert kept.changed(path) == []
    path.write_text(text[:first] + entry + text[end:], encoding="utf-8")
    assert digests("longer", path) != digests("longer")
    assert kept.changed(path) == ["momentum-final-2"]
    path.write_text(text[:first] + entry.replace("final-2", "final-3") + text[end:], encoding="utf-8")
    assert sorted(kept.changed(path)) == ["momentum-final-2", "momentum-final-3"], "no run has seen the new one"


GOOD = 'id = "x"\nsection = "3.8"\nsays = "s"\nexperiment = "e"\nlower = "adam"\nthan = "momentum"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[claim]]\nid = ", "this is no TOML"),
        ("[claim]\n" + GOOD, r"must hold \[\[claim\]\] and \[\[superseded\]\] entries"),
        ("[[claims]]\n" + GOOD, r"must hold \[\[claim\]\] and \[\[superseded\]\] entries"),
        ("[[claim]]\n" + GOOD.replace('than = "momentum"\n', ""), "claim 'x': than is missing"),
        ("[[claim]]\n" + GOOD.replace('id = "x"\n', ""), "claim 1: id is missing"),
        ("[[claim]]\n" + GOOD + 'rate = "1"\n', "claim 'x': there is no key 'rate'"),
        ("[[claim]]\n" + GOOD + "ratio = -1\n", "ratio must be a positive number, got -1"),
        ("[[claim]]\n" + GOOD + 'ratio = "1"\n', "ratio must be a positive number, got '1'"),
        ("[[claim]]\n" + GOOD + "ratio = true\n", "ratio must be a positive number, got True"),
        ("[[claim]]\n" + GOOD + 'need = "few"\n', "need must be"),
        (
            "[[claim]]\n" + GOOD + 'by = "luck"\nanswer = "held"\nbecause = "b"\n',
            "by must be one of runs, theory, custom, got 'luck'",
        ),
        (
            '[[claim]]\nid = "x"\nsection = "3.8"\nsays = "s"\nby = "theory"\nanswer = "held"\n',
            "'x': because is missing",
        ),
        ("[[claim]]\n" + GOOD + "tasks = []\n", "tasks must be a text or a list of texts"),
        ("[[claim]]\n" + GOOD + "says = 3\n", "this is no TOML"),
        ("[[claim]]\n" + GOOD.replace('"s"', "3"), "says must be a text"),
        ("[[claim]]\n" + GOOD.replace("momentum", "adam"), "lower and than name the same subject"),
        ("[[claim]]\n" + GOOD + "[[claim]]\n" + GOOD, "claim 'x': there are two claims with this id"),
        ("[[claim]]\n" + GOOD.replace('"e"', '"f"'), "there is no experiment 'f'; there are e"),
    ],
)
def test_a_bad_entry_gets_one_clear_line(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(text)
    measured: dict[str, Any] = {"e": Measurement("e", "", lambda quick: [], lambda quick: 0)}
    with pytest.raises(ValueError, match=words) as caught:
        read(measured, path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("claims.toml")
    path.write_text("[[claim]]\n" + GOOD)
    assert [claim.id for claim in read(measured, path)] == ["x"]


def test_a_claim_that_was_posed_anew_needs_its_successor(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    entry = '[[superseded]]\nid = "y"\nsection = "3.8"\nsays = "s"\nanswer = "held"\nwhy = "w"\nby = "x"\n'
    for text, words in (
        (entry.replace('why = "w"\n', ""), "superseded 'y': it needs id, section, says, answer, by and why"),
        (entry.replace('by = "x"', 'by = "z"'), "superseded 'y': `by` must name a claim"),
    ):
        path.write_text("[[claim]]\n" + GOOD + text)
        with pytest.raises(ValueError, match=words):
            superseded(path)
    path.write_text("[[claim]]\n" + GOOD + entry)
    assert [claim.by for claim in superseded(path)] == ["x"]


def test_a_claim_about_an_optimizer_or_a_quantity_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    for text, words in (
        (GOOD.replace("adam", "adamm"), "experiment dense has no optimizer 'adamm'; it has gradient_descent"),
        (GOOD + 'quantity = "losses"\n', "there is no quantity 'losses'; there are loss,"),
    ):
        path.write_text("[[claim]]\n" + text.replace('"e"', '"dense"'))
        with pytest.raises(ValueError, match=words):
            read(EXPERIMENTS, path)
