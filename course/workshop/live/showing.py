"""Show a live picture, in whatever front end this runs."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from typing import Any

from course.workshop.live import pictures
from course.workshop.live.contract import Picture, Step


def names() -> list[str]:
    """The live pictures there are."""
    return sorted(found.name for found in pkgutil.iter_modules(pictures.__path__))


def picture(name: str) -> Picture:
    """A live picture by its name. ValueError if there is none of this name."""
    if name not in names():
        raise ValueError(f"there is no live picture {name!r}; there are {', '.join(names())}")
    return importlib.import_module(f"{pictures.__name__}.{name}").PICTURE


def show(name: str, yours: Step | None = None, **values: Any) -> None:
    """Display a live picture.

    It is HTML with a module in it: its sliders work on the site and in every front end of Jupyter that trusts the
    notebook, without a kernel. Elsewhere a static figure is seen.

    Args:
        name: as `names()` has it.
        yours: a function of the learner's, drawn beside the picture's own and called anew for every setting. For that
            the front end asks this kernel, through the package anywidget; without it the picture shows no `yours`.
        values: where controls stand at the start, such as kappa=50.

    Raises:
        ValueError: in one line, if there is no such picture or control, or the picture takes no function.
    """
    from IPython.display import display

    from course.workshop.live import bundle, still

    shown = picture(name)
    start = shown.values(**values)
    scene = shown.scene(start)
    said = f"{shown.about} {scene.says}"
    forms = {"text/html": bundle.page(shown, start, still.png(scene), scene.says), "text/plain": said}
    if yours is not None:
        if shown.yours is None:
            raise ValueError(f"the live picture {name!r} has no place for a function of yours")
        if importlib.util.find_spec("anywidget") is None:
            print("Your function is drawn here once the package anywidget is installed: pip install anywidget")
        else:
            from course.workshop.live.connected import Connected

            forms |= Connected(shown, start, yours).form()
    display(forms, raw=True)
