"""Hand-ins that are alike: what is found under other names, what is forced, and what chance has to do with it."""

from __future__ import annotations

import html
import itertools
import json
import math
import random
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.classroom.assignment import Assignment, assignment
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.classroom.similarity.forced import Forced, forced
from autograder.classroom.similarity.made_class import disguised, made_class
from autograder.classroom.similarity.matches import Compared, Pair, _Bound, compared
from autograder.classroom.similarity.pairs_page import MOST_ROWS, basis, page, rarity
from autograder.classroom.similarity.texts import CODE, LONGEST, HandedIn
from autograder.classroom.similarity.texts import compared as parts
from autograder.classroom.similarity.traits import NAME, SAID, STATEMENT, WHOLE, of_code, of_text
from autograder.cli import main
from autograder.demo import filled, sample
from tests.classroom.hand_ins import SOURCES, model_solutions, sources
from tests.shared import TP, TPS

HOSTILE = "<script>alert('x')</script>"
MINE = """
def f(theta, m, g, rate):
    first = 0.7 * m + 0.3 * np.cumsum(g)
    second = np.sqrt(first ** 4 + rate)
    third = first.mean() / (rate + np.abs(first).max())
    return theta - rate * second / third, first
"""
THEIRS = """
def f(a, b, c, d):
    # my own, really
    q = np.cumsum(c) * 0.3 + b * 0.7
    w = q.mean() / (np.abs(q).max() + d)
    neu = np.sqrt(d + q ** 4)
    new = a - d * neu / w
    return new, q
"""


def keys(code: str, *kinds: str) -> set[str]:
    return {one.trait.key for one in of_code(code, {"np"}) if one.trait.kind in kinds}


@pytest.fixture(scope="module")
def released(built: Path) -> Assignment:
    return assignment(Classroom.at(built), TP)


@pytest.fixture(scope="module")
def own(released: Assignment) -> Forced:
    return forced(released)


def test_other_names_other_sides_and_another_order_hide_nothing() -> None:
    assert len(keys(MINE, STATEMENT)) == 4
    assert keys(MINE, STATEMENT, WHOLE) == keys(THEIRS, STATEMENT, WHOLE)
    assert keys(MINE, STATEMENT) != keys(MINE.replace("first ** 4", "first ** 3"), STATEMENT)
    assert not keys(MINE, WHOLE) & keys(MINE.replace("0.3 *", "rate *"), WHOLE)


def test_the_same_line_is_found_in_code_that_is_no_python() -> None:
    broken = MINE.replace("return theta", "return theta - (").replace("def f(", "%matplotlib inline\n!ls\ndef f(")
    assert len(keys(MINE, STATEMENT) & keys(broken, STATEMENT)) == 3


@pytest.mark.parametrize(
    "code",
    ["(" * 100_000, "-" * 100_000 + "1", "x = " + "1 + " * 40_000 + "1", "f(" * 90 + ")" * 90, "x = '\0'", "\\", "'''"],
    ids=["brackets", "signs", "sum", "calls", "zero", "backslash", "open text"],
)
def test_code_that_breaks_parsers_spoils_only_itself(code: str) -> None:
    for both in (f"{MINE}\n{code}", f"{code}\n{MINE}"):
        assert keys(MINE, STATEMENT) <= keys(both, STATEMENT)


def test_what_is_padded_hides_nothing_elsewhere_and_what_is_not_compared_is_said() -> None:
    padded = "\n" * 10 * LONGEST + MINE
    texts = [("f", padded, True), ("g", MINE + "x = '" + "a" * 3000 + "'", True), ("h", THEIRS, True)]
    text = HandedIn("ann", parts(texts, Forced(names={"np"})))
    assert [len(part.found) > 0 for part in text.parts] == [False, True, True]
    assert {trait.key for trait in text.by_part[2]} >= keys(THEIRS, STATEMENT)
    assert text.notes == [
        f"ann, f: not compared: all after the first {LONGEST} characters",
        "ann, g: not compared: 1 line of more than 2000 characters",
    ]


def test_words_are_compared_by_what_a_person_says_in_one_breath() -> None:
    said = {one.trait.key for one in of_text("Adam wins here, because its steps forget the slopes early. See above.")}
    assert said == {"because its steps forget the slopes early"}
    assert keys("x = 1  # Because its steps FORGET the slopes early!", SAID) == said
    assert "velozität" in keys("velozität_neu = 1", NAME)


def test_nobody_shares_what_right_answers_and_known_mistakes_force(own: Forced) -> None:
    mistakes = {
        "epsilon outside": "def f(a, b, c, d, e):\n    return a - d * b / (np.sqrt(c) + e)",
        "averaged again": "def f(a, b, c):\n    step = b * (c / np.size(c))\n    return a - step",
    }
    for name, code in (model_solutions() | mistakes).items():
        assert not [one for part in parts([(name, code, True)], own) for one in part.found], name
    assert [one for part in parts([("f", MINE, True)], own) for one in part.found]  # the test can fail


def test_the_bound_is_above_the_chance_and_near_it() -> None:
    """Of 20 things that one in 30 has, somebody has at least k: the binomial distribution says how often."""
    for k in range(1, 8):
        tail = sum(math.comb(20, i) * (1 / 30) ** i * (29 / 30) ** (20 - i) for i in range(k, 21))
        bits = _Bound([1 / 30] * 20).bits(k * math.log2(30))
        assert 2.0**-bits >= tail
        assert bits > -math.log2(tail) - 3


@pytest.fixture(scope="module")
def honest(own: Forced) -> list[HandedIn]:
    """The sample class, each written from the text of the TP."""
    class_ = {path.stem: sources(path.stem) for path in sample(TPS[TP])}
    return [handed_in(name, solutions, own) for name, solutions in class_.items()]


def handed_in(name: str, solutions: dict[str, str], own: Forced, year: str = "") -> HandedIn:
    return HandedIn(name, parts([(exercise, code, True) for exercise, code in solutions.items()], own), year)


def copied(student: str, own: Forced, year: str = "") -> HandedIn:
    rng = random.Random(1)
    return handed_in("zz", {name: disguised(code, rng) for name, code in sources(student).items()}, own, year)


def test_in_a_small_honest_class_nobody_is_shown(honest: list[HandedIn]) -> None:
    assert len(honest) > 20
    assert compared(honest).pairs == ()


def test_a_copy_in_disguise_is_found_and_nothing_else(honest: list[HandedIn], own: Forced) -> None:
    (pair,) = compared([*honest, copied("yuki_tanaka", own)]).pairs
    assert {pair.one.name, pair.other.name} == {"yuki_tanaka", "zz"}
    assert pair.expected < 1e-3
    assert {shared.holders for shared in pair.shared} == {2}


def test_an_earlier_class_is_compared_with_but_not_among_itself(honest: list[HandedIn], own: Forced) -> None:
    earlier = [copied("yuki_tanaka", own, "2025"), copied("fatou_diallo", own, "2025")]
    twice = [*earlier, copied("fatou_diallo", own, "2024")]
    found = compared([*(one for one in honest if one.student != "fatou_diallo"), *twice])
    assert [{pair.one.name, pair.other.name} for pair in found.pairs] == [{"yuki_tanaka", "2025/zz"}]


def test_of_a_group_the_links_hold_it_together(honest: list[HandedIn], own: Forced) -> None:
    found = compared([*honest, *(copied("yuki_tanaka", own) for _ in range(3))])
    assert (len(found.pairs), len(found.links())) == (6, 3)


def test_it_says_of_how_many_even_a_whole_copy_would_not_be_shown(honest: list[HandedIn]) -> None:
    shown = [compared([*honest, replace(text, student="zz")]).pairs for text in honest]
    assert 0 < shown.count(()) < len(honest)
    found = compared(honest)
    assert found.usual == shown.count(())
    assert f"Of {found.usual} of them even a copy of everything would not be shown" in page(TP, found)


def test_of_a_class_that_worked_in_pairs_the_nearest_are_shown_whatever_chance_may_be(honest: list[HandedIn]) -> None:
    unusual = [text for text in honest if len(text.traits) > 5]
    found = compared([*unusual, *(replace(text, student=f"{text.student} again") for text in unusual)])
    pairs = [{pair.one.student, pair.other.student} for pair in found.pairs[: len(unusual)]]
    assert all({text.student, f"{text.student} again"} in pairs for text in unusual)
    assert found.pairs[0].expected > 0.1
    assert "Most hand-ins are nearer to another one than chance would have it" in page(TP, found)
    assert "or half of it or more worked together" in basis(found)


def test_rarity_is_a_number_of_classes_or_of_pairs_in_each() -> None:
    assert [rarity(expected) for expected in (3.2, 0.8, 0.002)] == [
        "3 in each class",
        "1 in each class",
        "one in 500 classes",
    ]


def test_two_alone_and_three_tell_nothing(own: Forced) -> None:
    for count in (0, 1, 2, 3):
        found = compared([copied("yuki_tanaka", own) for _ in range(count)])
        assert found.pairs == ()
        assert ("too few to compare" in page(TP, found)) == (count < 3)
        assert ("No two hand-ins are more alike" in page(TP, found)) == (count == 3)
        assert math.isfinite(found.scale)


def test_earlier_classes_alone_are_not_compared() -> None:
    found = compared([HandedIn("ann", parts([("f", MINE, True)], Forced()), "2025") for _ in range(4)])
    assert (found.submissions, found.total, found.pairs) == (0, 4, ())
    assert "0 hand-ins, and 4 earlier ones: too few to compare" in page(TP, found)


def test_the_page_says_how_many_pairs_its_table_leaves_to_the_data() -> None:
    one, other = (HandedIn(name, ()) for name in ("ann", "bob"))
    pairs = tuple(Pair(one, other, 0.01, ()) for _ in range(MOST_ROWS + 2))
    assert "2 pairs more, less surprising, are not listed" in page(TP, Compared(9, 9, 1.0, pairs))
    assert "--json" not in page(TP, Compared(9, 9, 1.0, pairs[:MOST_ROWS]))


def test_the_command_writes_one_page_and_data(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(1)
    for path in sample(TPS[TP])[:12]:
        put(classroom, path.stem, sources(path.stem))
    put(classroom, "ann", SOURCES, MINE)
    put(
        classroom,
        "bob",
        {name: f"{disguised(code, rng)}\n# {HOSTILE}" for name, code in sources("fatou_diallo").items()},
        f"{MINE}# {'-' * 2000}",
    )
    write(classroom.submitted(TP, "cyd") / f"{TP}.ipynb", "Dear Sir or Madam")
    put(classroom, "dan", dict.fromkeys(SOURCES, ""))
    where = ["--classroom", str(classroom.root), "similar", TP, "--workers", "1"]
    for group in ("monday", "friday"):
        earlier = tmp_path / group / "2025"
        shutil.copytree(classroom.submitted(TP, "fatou_diallo"), earlier / "submitted" / "old" / TP)
        where += ["--beside", str(earlier)]
    assert main([*where, "--html", str(tmp_path / "page.html"), "--json", str(tmp_path / "pairs.json")]) == 0
    told = capsys.readouterr()
    assert "cyd was not compared" in " ".join(told.err.split())
    assert "nothing is written there: dan" in " ".join(told.err.split())
    data = json.loads((tmp_path / "pairs.json").read_text())
    assert (data["submissions"], data["earlier"]) == (14, 2)
    monday, friday = (f"{tmp_path / group / '2025'}/old" for group in ("monday", "friday"))
    pairs = {frozenset(pair["students"]): pair["shared"] for pair in data["pairs"]}
    copies = itertools.combinations(["bob", "fatou_diallo", monday, friday], 2)
    assert pairs.keys() == {frozenset(pair) for pair in copies} - {frozenset((monday, friday))}
    for side in (0, 1):
        shared = {place["part"] for one in pairs[frozenset(("bob", "fatou_diallo"))] for place in one["places"][side]}
        assert shared == sources("fatou_diallo").keys()
    shown = (tmp_path / "page.html").read_text()
    assert f"bob, {CODE}: not compared: 1 line of more than 2000 characters" in shown
    assert "<h2>1. fatou_diallo and " in shown
    assert "<mark>the whole function</mark>" in shown
    assert html.escape(HOSTILE) in shown
    assert "<script" not in shown
    assert "://" not in shown


def put(classroom: Classroom, student: str, solutions: dict[str, str], own_cell: str = "") -> None:
    notebook = filled(read(classroom.release(TP)), solutions)
    notebook.cells += [new_code_cell(own_cell)] * bool(own_cell)
    write(classroom.submitted(TP, student) / f"{TP}.ipynb", nbformat.writes(notebook))


def test_a_folder_without_hand_ins_is_wrong_usage(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(classroom, "ann", SOURCES)
    assert main(["--classroom", str(classroom.root), "similar", TP, "--beside", str(tmp_path)]) == 2
    assert "give an earlier classroom" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.full
@pytest.mark.parametrize(("count", "seeds", "in_vain"), [(30, 3, 0), (120, 3, 1), (1000, 1, 3)])
def test_of_planted_copies_most_are_found_and_few_in_vain(
    released: Assignment, own: Forced, count: int, seeds: int, in_vain: int
) -> None:
    outcomes = []
    for seed in range(seeds):
        made = made_class(released, own, count, seed)
        outcomes.append(made.outcome(compared(made.texts)))
    print(count, *outcomes)
    assert sum(one.whole for one in outcomes) >= 0.6 * sum(one.of_whole for one in outcomes)
    assert sum(one.in_vain for one in outcomes) <= in_vain
