"""A live picture that asks this kernel for what a learner's own function does in it, through anywidget."""

from __future__ import annotations

import warnings
from typing import Any

import anywidget
import traitlets

from course.workshop.live import bundle
from course.workshop.live.contract import Picture, Step
from course.workshop.live.scene import plain

VIEW = "application/vnd.jupyter.widget-view+json"
RENDER = """
export default {
  render({ model, el }) {
    const stage = document.createElement("div");
    el.append(stage);
    let asked = null, busy = false;
    const ask = (values) => {
      asked = values;
      if (busy) return;
      busy = true;
      model.set("asked", values);
      model.save_changes();
    };
    const when = (tell) => model.on("change:answer", () => {
      const answer = model.get("answer");
      busy = false;
      tell(answer);
      if (JSON.stringify(asked) !== JSON.stringify(answer.values)) ask(asked);
    });
    mount(stage, scene, model.get("about"), { ask, when });
  },
};
"""


class Connected(anywidget.AnyWidget):
    """The widget: the front end sends the setting as `asked`, and is sent what the function does as `answer`."""

    about = traitlets.Dict().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)

    def __init__(self, picture: Picture, values: dict[str, Any], step: Step) -> None:
        self._picture, self._step = picture, step
        self._esm = f"{bundle.module(picture.name)}\n{RENDER}"
        super().__init__(about=bundle.about(picture, values))
        self.observe(lambda change: self._answer(change["new"]), "asked")

    def form(self) -> dict[str, Any]:
        """What a front end with a widget manager shows."""
        return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.model_id}}

    def _answer(self, values: dict[str, Any]) -> None:
        """Call the learner's function for these values; whatever it raises is said in the picture."""
        assert self._picture.yours is not None
        panels: Any = []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                panels = plain(self._picture.yours(self._picture.values(**values), self._step))
            says = ""
        except NotImplementedError:
            says = "The picture waits for your function."
        except KeyboardInterrupt:  # the picture waits for an answer before it asks again
            says = "Your function was interrupted."
        except Exception as fault:
            says = f"Your function: {fault}" if isinstance(fault, ValueError) else f"Your function raised {fault!r}"
        self.answer = {"values": values, "panels": panels, "says": says}
