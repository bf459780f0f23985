"""How many of something there are, as people write it."""


def counted(number: int, what: str) -> str:
    """`1 page`, `2 pages`, `0 pages`; `what` is the word for one of them and takes an s."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
