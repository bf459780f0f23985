"""Figures: the data that is drawn, looks that no reader mistakes for one another, and alternative text."""

import io
import itertools
from collections.abc import Iterator
from typing import Any

import IPython.display
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course.workshop import figures
from course.workshop.predictions import predict
from course.workshop.problems import Problem, mean_variance, ravine, rosenbrock
from course.workshop.unrolled import RULES, adam, gradient_descent, momentum

# What severe forms of the three colour deficiencies make of linear RGB (Machado, Oliveira and Fernandes 2009).
VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


@pytest.fixture(autouse=True)
def own_figures() -> Iterator[None]:
    plt.switch_backend("Agg")
    with plt.rc_context():
        yield
    plt.close("all")


def lab(colour: str, vision: str) -> np.ndarray:
    """CIELAB (D65) of a colour as seen with this vision."""
    srgb = np.array(to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(VISION[vision]) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ seen / [0.9505, 1.0, 1.089]
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_every_rule_has_a_look_of_its_own() -> None:
    for looks in (figures.COLOURS, figures.LINES, figures.MARKERS, figures.LABELS):
        assert list(looks) == list(RULES)
        assert len({str(one) for one in looks.values()}) == len(RULES)


@pytest.mark.parametrize("vision", VISION)
def test_colours_stay_apart_for_every_reader(vision: str) -> None:
    colours = [*figures.COLOURS.values(), figures.PREDICTION]
    for one, other in itertools.combinations(colours, 2):
        # A distance of 2.3 is just noticeable; thin lines need several times that.
        assert np.linalg.norm(lab(one, vision) - lab(other, vision)) > 10, (one, other)


def test_paths_draws_the_iterates_the_start_and_the_minimiser() -> None:
    p = rosenbrock()
    run = gradient_descent(p, 30, 1e-3)
    ax = figures.paths(p, {"gradient_descent": run})
    path, start, star = ax.lines
    np.testing.assert_array_equal(np.column_stack(path.get_data()), run.thetas)
    np.testing.assert_array_equal(np.column_stack(start.get_data()), [p.start])
    np.testing.assert_array_equal(np.column_stack(star.get_data()), [p.minimiser])
    assert path.get_color() == figures.COLOURS["gradient_descent"]
    assert (*ax.get_xlim(), *ax.get_ylim()) == p.window
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Gradient descent", "start", "minimiser"]


def test_contour_levels_are_evenly_spaced_in_the_logarithm() -> None:
    ax = figures.paths(ravine(), {})
    levels = next(c for c in ax.collections if hasattr(c, "levels")).levels
    np.testing.assert_allclose(np.diff(levels), np.diff(levels)[0])


def test_paths_takes_runs_that_diverge() -> None:
    for eta in (1.0, 0.09):
        ax = figures.paths(ravine(), {"momentum": momentum(ravine(), 60, eta, gamma=0.99)})
        assert (*ax.get_xlim(), *ax.get_ylim()) == ravine().window
        ax.figure.canvas.draw()
        assert np.nanmax(np.abs(ax.lines[0].get_data())) < 1e6


def test_paths_finds_a_window_where_the_problem_names_none() -> None:
    p = ravine()
    bare = Problem("bare", p.value, p.gradient, p.minimiser, p.hessian, p.start, "")
    ax = figures.paths(bare, {"adam": adam(bare, 5, 0.1, start=np.array([7.0, 7.0]))})
    for point in (p.start, p.minimiser, [7.0, 7.0]):
        assert ax.get_xlim()[0] < point[0] < ax.get_xlim()[1]
        assert ax.get_ylim()[0] < point[1] < ax.get_ylim()[1]


def test_paths_needs_two_dimensions() -> None:
    with pytest.raises(ValueError, match="two dimensions"):
        figures.paths(mean_variance(), {})


def test_losses_draws_the_distance_to_the_minimum_on_a_log_axis() -> None:
    p = mean_variance()
    run = momentum(p, 30, 0.3)
    ax = figures.losses(p, {"momentum": run})
    assert ax.get_yscale() == "log"
    t, gap = ax.lines[0].get_data()
    np.testing.assert_array_equal(t, np.arange(31))
    np.testing.assert_allclose(gap, run.values - p.minimum)


def test_losses_leaves_out_what_has_no_logarithm() -> None:
    p = ravine()
    ax = figures.losses(p, {"adam": adam(p, 3, 0.1, start=np.zeros(2))})
    assert np.isnan(ax.lines[0].get_ydata()).all()


def test_given_axes_are_used() -> None:
    _, (left, right) = plt.subplots(1, 2)
    run = adam(ravine(), 5, 0.1)
    assert figures.paths(ravine(), {"adam": run}, left) is left
    assert figures.losses(ravine(), {"adam": run}, right) is right


def test_labels_of_ones_own_get_looks_that_are_free() -> None:
    run = adam(ravine(), 5, 0.1)
    ax = figures.losses(ravine(), dict.fromkeys(["mine", "Adam", "momentum", "yours"], run))
    assert [line.get_label() for line in ax.lines] == ["mine", "Adam", "Momentum", "yours"]
    colours = [line.get_color() for line in ax.lines]
    assert colours[1:3] == [figures.COLOURS["adam"], figures.COLOURS["momentum"]]
    assert len(set(colours)) == 4


def test_show_displays_a_png_with_its_text_and_closes_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **options: shown.append((data, options)))
    figures.use_style()
    fig, ax = plt.subplots(figsize=(6, 4))
    ax.plot([1, 2, 3])
    figures.show(fig, "A straight line.")
    ((data, options),) = shown
    assert data["image/png"].startswith(b"\x89PNG")
    height, width, _ = plt.imread(io.BytesIO(data["image/png"])).shape
    # Two pixels for every one on the page; the empty margin is cut off.
    assert 1100 < width <= 1240
    assert 700 < height <= 840
    assert data["text/plain"] == "A straight line."
    assert options["metadata"]["image/png"] == {"alt": "A straight line.", "width": width // 2}
    assert options["raw"] is True
    assert not plt.fignum_exists(fig.number)


@pytest.mark.parametrize(("yours", "opened"), [(..., False), ("perhaps", False), (7, True)])
def test_the_figure_of_an_answer_is_folded_until_there_is_a_prediction(
    monkeypatch: pytest.MonkeyPatch, yours: Any, opened: bool
) -> None:
    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **_: shown.append(data))
    figures.show(plt.figure(), "An answer.", after=predict("How many?", yours, 7))
    text = shown[0]["text/html"]
    assert text.startswith("<details open>" if opened else "<details>")
    assert text.index("<summary>") < text.index("<img") < text.index("</details>")


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_show_insists_on_alt_text(alt: str) -> None:
    with pytest.raises(ValueError, match="alt text"):
        figures.show(plt.figure(), alt)


def test_the_style_cycles_through_the_looks_of_the_rules() -> None:
    figures.use_style()
    ax = plt.figure().subplots()
    lines = [ax.plot([0, 1])[0] for _ in RULES]
    assert [line.get_color() for line in lines] == list(figures.COLOURS.values())
    assert len({line.get_linestyle() + str(line._dash_pattern) for line in lines}) == len(RULES)
