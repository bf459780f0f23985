"""Mistakes of any optimizer that is written for Keras: what is kept where, when it is read, what is saved.

The rule's stages must be called `rate`, `slots` (where what is kept lies), `owner` (whose it is), `step` and
`theta_new`.
"""

from __future__ import annotations

from typing import Any

from autograder.exercises.variants import Anatomy, Stage, Wrong

KERAS = "conventions#a-rule-as-a-keras-optimizer"


def keras_habits(
    rule: Anatomy, section: str, what: str, rate: float, config: dict[str, tuple[str, dict[str, Stage], str]]
) -> tuple[Wrong, ...]:
    """The habits of one rule. section: where it is derived. what: that it keeps, in words. rate: the default learning
    rate. config: id -> the names that are forgotten in get_config, the stages that then fall back to the defaults, and
    whether it is one or more."""

    def wrong(id: str, **entry: Any) -> Wrong:
        return rule.wrong(id, **{"section": KERAS, **entry})

    return (
        wrong(
            "ascent",
            did="The step is added.",
            effect="The loss goes up.",
            hint="Your weights walk uphill. The step is taken off: `self.assign_sub(variable, ...)`.",
            section=section,
            theta_new=lambda s: s.theta + s.step,
        ),
        wrong(
            "state-shared-between-variables",
            did=f"There is one {what} for all variables.",
            effect="With a single variable nothing is wrong; with more, each is driven by the gradients of the others.",
            hint=f"Variables of the same shape share one {what}. Make one for each variable in `build`, and take the "
            "one of this variable, `self._get_variable_index(variable)`.",
            owner=lambda s: 0,
        ),
        wrong(
            "state-not-saved",
            did=f"The {what} is made when it is first needed, not in build.",
            effect="Training goes well until the model is saved and loaded: then it starts from zero again.",
            hint=f"After saving and loading, your {what} starts from zero again: it was not saved with the model. Make "
            "it in `build`, with `self.add_variable_from_reference`.",
            slots=lambda s: s.optimizer.untracked,
        ),
        wrong(
            "rate-read-once",
            did="The learning rate is read as a number when the optimizer is made.",
            effect="Right at a constant rate; schedules, and callbacks that change it, have no effect.",
            hint="Your optimizer goes on with the rate that it was made with. Use the `learning_rate` that "
            "`update_step` is given: it is the one of this step.",
            rate=lambda s: s.optimizer.first_rate,
        ),
        wrong(
            "rate-not-in-config",
            did="get_config leaves the learning rate out.",
            effect="An optimizer that is rebuilt from its configuration learns at the default rate.",
            hint="Rebuilt from its configuration, it learns at the default rate. Begin `get_config` with "
            "`config = super().get_config()`, add your own hyper-parameters, and return it.",
            rate=lambda s: rate if s.optimizer.configured and not s.optimizer.traces else s.learning_rate,
        ),
        *(
            wrong(
                id,
                did=f"get_config leaves {names} out.",
                effect="An optimizer that is rebuilt from its configuration, or loaded, has the defaults instead.",
                hint=f"Rebuilt or loaded, it falls back to the {defaults} of {names}. Add "
                f"{'it' if defaults == 'default' else 'them'} to the dict of `super().get_config()`, and return that.",
                **stages,
            )
            for id, (names, stages, defaults) in config.items()
        ),
    )
