"""Sentences that are facts about the code: each is read from its text (`source`), and needs no numbers to be true."""

from __future__ import annotations

from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.wording import listed
from course.judging.verdict import Rungs


def facts(evidence: Evidence) -> list[str]:
    """Arguments that nothing reads, and defaults that are others than was asked."""
    return [*unused(evidence), *defaults(evidence)]


def hinted(evidence: Evidence) -> list[Rungs]:
    """The same as hints have it: that there is such a thing, where to look, and at last what and where."""
    found = []
    if names := unused(evidence):
        seen = "Something that your function is given is not used anywhere in it."
        found.append(Rungs(seen, "Where does each argument enter the formula?", mend=" ".join(names)))
    if numbers := defaults(evidence):
        seen = "A default in your signature is not the one that is asked."
        found.append(Rungs(seen, "Which defaults does the text of the exercise give?", mend=" ".join(numbers)))
    return found


def unused(evidence: Evidence) -> list[str]:
    """The arguments of a function that nothing in it reads."""
    code = evidence.code
    names = [f"`{name}`" for name in evidence.key.parameters if code and code.unused(name)]
    are = "is" if len(names) == 1 else "are"
    return [f"{listed(names)} {are} not used anywhere in your function."] if names else []


def defaults(evidence: Evidence) -> list[str]:
    """The defaults in the code that are other numbers than the exercise asks."""
    code = evidence.code
    written = {name: code.default(name) for name in evidence.key.defaults} if code else {}
    return [
        f"Your default of `{name}` is {written[name]!r}; {number!r} is asked."
        for name, number in evidence.key.defaults.items()
        if written.get(name) is not None and written[name] != number
    ]
