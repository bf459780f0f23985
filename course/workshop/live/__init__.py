"""Live pictures: what a lecture says, under the reader's own hand.

from course.workshop import live
live.show("rate")                          # on the site, in JupyterLab, VS Code and Colab; sliders need no kernel
live.show("plane", yours=momentum_step)    # the learner's own function beside it; needs the package anywidget

Each picture is two small modules in `pictures/`, one in JavaScript and one in Python, that compute the same scene.
"""

from course.workshop.live.showing import names, show

__all__ = ["names", "show"]
