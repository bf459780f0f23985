"""What is read off the words of a catalogue."""

from __future__ import annotations

import re

# Numbers that stand for themselves: small counts, and the constants at which something is measured.
PLAIN = {"0", "1", "2", "0.9", "0.999", "1e-8", "0.01", "0.001", "0.05", "0.1", "0.5"}


def printed(text: str) -> set[str]:
    """The numbers in a line of a catalogue that somebody must have measured; those in a formula are not."""
    text = re.sub(r"`[^`]*`|np\.zeros\([^)]*\)|\d+ digits of \d+|powers? of \d+|Right at \w+ = [\d.]+ only", "", text)
    return set(re.findall(r"(?<![\w.^/+-])\d+(?: 000)?(?:\.\d+)?(?:e-\d+)?(?: %)?(?=th\b|[^\w]|$)", text)) - PLAIN
