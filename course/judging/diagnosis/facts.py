"""Sentences that are facts about the code: each is read from its text (`source`), and needs no numbers to be true."""

from __future__ import annotations

from course.judging.diagnosis.evidence import Evidence


def facts(evidence: Evidence) -> list[str]:
    """Arguments that nothing reads, and defaults that are others than was asked."""
    return [*unused(evidence), *defaults(evidence)]


def hinted(evidence: Evidence) -> list[str]:
    """The same as a first hint has it: that there is such a thing, and not yet what and where."""
    some = ["Something that your function is given is not used anywhere in it."] if unused(evidence) else []
    return [*some, *(["A default in your signature is not the one that is asked."] if defaults(evidence) else [])]


def unused(evidence: Evidence) -> list[str]:
    """The arguments of a function that nothing in it reads."""
    code = evidence.code
    names = [f"`{name}`" for name in evidence.key.parameters if code and code.unused(name)]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    return [f"{listed} {'is' if len(names) == 1 else 'are'} not used anywhere in your function."] if names else []


def defaults(evidence: Evidence) -> list[str]:
    """The defaults in the code that are other numbers than the exercise asks."""
    code = evidence.code
    written = {name: code.default(name) for name in evidence.key.defaults} if code else {}
    return [
        f"Your default of `{name}` is {written[name]!r}; {number!r} is asked."
        for name, number in evidence.key.defaults.items()
        if written.get(name) is not None and written[name] != number
    ]
