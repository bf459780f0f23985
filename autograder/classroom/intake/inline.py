"""Pictures that stand in a text itself, where Colab puts what is pasted: taken out, and shown as pasted ones are."""

from __future__ import annotations

import re
from itertools import count

PICTURE = re.compile(r"data:(image/[\w.+-]{1,20});base64,([A-Za-z0-9+/]+={0,2})")


def pictures(text: str) -> dict[str, dict[str, str]]:
    """The pictures of a text cell in their order, each by its kind, as attachments are."""
    return {f"written {number}": {found[1]: found[2]} for number, found in enumerate(PICTURE.finditer(text))}


def without(text: str) -> str:
    """The text with the name under which each is shown in the place of a picture."""
    numbers = count(1)
    return PICTURE.sub(lambda _: f"picture-{next(numbers)}", text)
