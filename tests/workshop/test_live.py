"""Live pictures: their JavaScript computes what Python computes, under the reader's hand, and a figure stands in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.workshop import problems
from course.workshop.live import bundle, names, showing, still
from course.workshop.live.connected import Connected
from course.workshop.live.scene import plain
from tests.browser import PATIENCE, chromium

# Beside the start of each picture: settings at its edges, as long as no run in them diverges or is chaotic.
OTHER: dict[str, list[dict[str, Any]]] = {
    "rate": [{"share": 0.02, "kappa": 100}, {"share": 2.0, "kappa": 2}],
    "plane": [{"share": 3.5, "gamma": 0.9}, {"share": 0.5, "gamma": 0.0, "kappa": 100}],
    "look_ahead": [{"share": 0.3, "gamma": 0.5, "kappa": 60}],
    "memory": [{"rule": "adam", "signal": "rare"}, {"rule": "adagrad"}, {"rule": "nesterov", "keep": 0.5}]
    + [{"rule": "rmsprop", "signal": signal} for signal in ("constant", "alternating")],
    "correction": [{"beta_1": 0.0, "noise": 1.0}, {"beta_2": 0.5, "noise": 0.35}],
    "noise_floor": [{"rate": 1.9, "batch": "1"}, {"rate": 0.02, "batch": "64", "noise": 3.0}],
    "patience": [{"patience": 1}, {"patience": 40, "margin": 0.1}, {"patience": 12, "noise": 0.2, "turn": 20}],
    "race": [{"surface": surface, "decades": -0.7} for surface in ("rosenbrock", "beale", "himmelblau")],
    "schedules": [{"kind": "warm", "warm": 0.3}, {"kind": "constant", "noise": 0.0, "first": 1.5}],
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page with every live picture on it, as `live.show` makes them, and with their scenes for this test to call."""
    parts = []
    for name in names():
        picture = showing.picture(name)
        values = picture.values()
        scene = picture.scene(values)
        parts.append(bundle.page(picture, values, still.png(scene), scene.says))
        parts.append(
            f'<script type="module">{bundle.module(name)}\n'
            f"(globalThis.scenes ??= {{}}).{name} = scene; globalThis.mount = mount;</script>"
        )
    path = tmp_path_factory.mktemp("live") / "page.html"
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Live</title><body>'
    path.write_text(head + "\n".join(parts), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"file://{path}")
        page.wait_for_function("count => document.querySelectorAll('img').length === 0", arg=len(names()))
        yield page


def difference(ours: Any, theirs: Any, where: str = "scene") -> list[str]:
    """Where two scenes differ by more than 1e-9."""
    if isinstance(ours, dict):
        if set(ours) != set(theirs):
            return [f"{where}: {sorted(ours)} and {sorted(theirs)}"]
        return [line for name in ours for line in difference(ours[name], theirs[name], f"{where}.{name}")]
    if isinstance(ours, list):
        if len(ours) != len(theirs):
            return [f"{where}: {len(ours)} and {len(theirs)} entries"]
        return [
            line for i, both in enumerate(zip(ours, theirs, strict=True)) for line in difference(*both, f"{where}[{i}]")
        ]
    if isinstance(ours, float | int) and isinstance(theirs, float | int) and not isinstance(ours, bool):
        return [] if np.isclose(ours, theirs, rtol=1e-9, atol=1e-9) else [f"{where}: {ours} and {theirs}"]
    return [] if ours == theirs else [f"{where}: {ours!r} and {theirs!r}"]


@pytest.mark.browser
@pytest.mark.parametrize("name", names())
def test_the_module_computes_what_python_computes(page: Any, name: str) -> None:
    picture = showing.picture(name)
    for chosen in [{}, *OTHER[name]]:
        values = picture.values(**chosen)
        theirs = page.evaluate("([name, ...rest]) => scenes[name](...rest)", [name, values, dict(picture.given)])
        assert difference(plain(picture.scene(values)), theirs) == [], values


@pytest.mark.browser
def test_a_picture_follows_keys_and_a_drag(page: Any) -> None:
    picture = page.locator("figure", has=page.get_by_role("group", name=showing.picture("plane").title))
    said = picture.locator(".says")
    before = said.inner_text()
    picture.get_by_label("momentum γ").press("ArrowRight")
    page.wait_for_function("([e, text]) => e.innerText !== text", arg=[said.element_handle(), before])
    assert "γ = 0.61" in said.inner_text()
    plot = picture.locator(".plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    page.mouse.up()
    page.wait_for_function("e => !e.innerText.includes('γ = 0.61')", arg=said.element_handle())
    picture.get_by_role("button").click()
    page.wait_for_function("([e, text]) => e.innerText === text", arg=[said.element_handle(), before])


@pytest.mark.browser
def test_a_picture_may_be_made_before_it_is_in_the_page(page: Any) -> None:
    """JupyterLab makes a widget first and then puts it into the notebook, which may be dark."""
    rate = showing.picture("rate")
    host = page.evaluate_handle(
        """about => {
          const host = document.createElement("div");
          mount(host, scenes.rate, about);
          host.style.color = "white";
          document.body.append(host);
          return host;
        }""",
        bundle.about(rate, rate.values()),
    )
    page.wait_for_function("host => host.hasAttribute('data-dark')", arg=host)
    page.wait_for_function("host => host.shadowRoot.querySelector('svg').clientWidth > 250", arg=host)
    host.evaluate("host => host.remove()")


def test_a_wrong_setting_is_refused_in_a_line() -> None:
    picture = showing.picture("rate")
    with pytest.raises(ValueError, match="'rate' has no control eta; it has share, kappa"):
        picture.values(eta=1)
    with pytest.raises(ValueError, match=r"share must be a number from 0\.02 to 2\.2, got 3"):
        picture.values(share=3)
    with pytest.raises(ValueError, match="there is no live picture 'none'; there are "):
        showing.picture("none")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (NotImplementedError(), "The picture waits for your function."),
        (KeyboardInterrupt(), "Your function was interrupted."),
        (ValueError("shapes (2,) and (3,)"), "Your function: shapes (2,) and (3,)"),
        (ZeroDivisionError("division by zero"), "Your function raised ZeroDivisionError('division by zero')"),
    ],
)
def test_what_a_function_raises_is_said_in_the_picture_which_goes_on(fault: BaseException, said: str) -> None:
    def step(theta: Any, grad: Any, eta: float) -> Any:
        if eta < 0.05:
            raise fault
        return theta - eta * grad

    rate = showing.picture("rate")
    widget = Connected(rate, rate.values(), step)
    slow, fast = rate.values(share=1.0), rate.values(share=1.5)
    widget.asked = slow
    assert widget.answer == {"values": slow, "panels": [], "says": said}
    widget.asked = fast
    assert (widget.answer["values"], widget.answer["says"]) == (fast, "")
    first = widget.answer["panels"][0][0]
    after_one = problems.ravine(25).start - 0.06 * problems.ravine(25).gradient(problems.ravine(25).start)
    np.testing.assert_allclose([first["x"][1], first["y"][1]], after_one)


DEFINED = re.compile(r"^(?:async )?(?:function\*?|class|const|let|var) (\w+)", flags=re.MULTILINE)


def test_names_at_the_top_of_a_module_are_different() -> None:
    """The files of a picture are put one after the other: a name defined twice stops it, and only a console says so."""
    for name in names():
        counts = Counter(DEFINED.findall(bundle.module(name)))
        assert [one for one, count in counts.items() if count > 1] == [], name


def test_every_module_is_a_picture_of_both_languages() -> None:
    folder = Path(bundle.FOLDER) / "pictures"
    assert {path.stem for path in folder.glob("*.js")} == set(names()) == set(OTHER)
