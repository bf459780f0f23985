"""The tables that lectures show: the losses of a task, the answers to the claims, and the claims posed anew."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from course.experiments.comparison.claims import Answered, Superseded
from course.experiments.comparison.experiment import Gathered
from course.experiments.comparison.statistics import shown
from course.experiments.comparison.summary import against, reference, rows
from course.workshop.figures import LABELS


class Table:
    """Rows of texts under a head; Jupyter and the site show it as a table, everything else as lines."""

    def __init__(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.head, self.rows = list(head), [list(row) for row in rows]

    def __repr__(self) -> str:
        return "\n".join(" | ".join(row) for row in [self.head, *self.rows])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.head)
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self.rows)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f'<div class="table-wrapper" style="overflow-x: auto">{table}</div>'


def _cell(text: str) -> str:
    """A cell; a long text stays readable on a narrow screen, where the table scrolls."""
    width = 0.6 * len(text) if len(text) <= 24 else max(15, min(len(text), 120) / 4)
    return f'<td style="min-width: {width:.0f}ch">{escape(text)}</td>'


def losses(gathered: Gathered, task: str) -> Table:
    """Each rule at its best rate and each benchmark, the lowest loss first; ratios with their 95 % intervals."""
    (comparison,) = [c for c in gathered.comparisons if c.task == task]
    best = reference(comparison)
    lines = []
    for row in rows(comparison):
        rate = f"{row.rate:.2g}" + (" (at the edge)" if not row.interior else "")
        ratio = "1" if row.optimizer == best else shown(row.ratio)
        lines.append((row.loss.estimate, [LABELS.get(row.optimizer, row.optimizer), rate, ratio, str(row.diverged)]))
    for measured in gathered.measured:
        if measured.task == task:
            level, wide, _ = against(comparison, measured.values)
            lines.append((level.estimate, [measured.subject, "no network", shown(wide), ""]))
    cells = [[name, rate, f"{level:.3g}", ratio, lost] for level, (name, rate, ratio, lost) in sorted(lines)]
    compared = f"loss / loss of {LABELS.get(best, best)}"
    return Table([f"on {task}", "rate", "loss, geometric mean", compared, "runs that diverged"], cells)


def verdicts(answered: Sequence[Answered]) -> Table:
    """Claim by claim the answer, who gives it, and what it rests on."""
    by = {"theory": "theory", "custom": "what people use"}
    lines = [[a.claim.says, a.answer, by.get(a.claim.by, a.claim.experiment), _named(a.evidence)] for a in answered]
    return Table(["claim", "answer", "by", "what it rests on"], lines)


def posed_anew(claims: Sequence[Superseded]) -> Table:
    """The sentences as they were posed before, their answers, and what was wrong with them."""
    return Table(
        ["claim", "answer then", "posed anew as", "because"], [[c.says, c.answer, c.by, c.why] for c in claims]
    )


def _named(evidence: str) -> str:
    """The evidence with the names of the rules as people write them."""
    for rule, label in sorted(LABELS.items(), key=lambda item: -len(item[0])):
        evidence = evidence.replace(f"{rule} / ", f"{label} / ").replace(f" / {rule}", f" / {label}")
    return evidence
