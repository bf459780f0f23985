"""Messages as they travel: four bytes of length, then JSON."""

from __future__ import annotations

import json
import socket
from json import JSONDecoder

from course.judging.scripts import Plain

LONGEST_VALUE = 200  # characters of a cell's last value
BY_ITSELF, BY_OTHERS = "by itself", "by others"  # what a guard tells of a child that it did not end
ALONE = b"a"  # what a guard is told for it to end all that the child has started
RECEIVE, SEND = socket.socket.recv, socket.socket.sendall  # C's own, whatever becomes of the class


def frame(message: Plain) -> bytes:
    """A message as it travels: four bytes of length, then JSON."""
    body = json.dumps(message).encode()
    return len(body).to_bytes(4, "big") + body


def receive(sock: socket.socket) -> Plain:
    """The next message of a trusted peer. EOFError at the end of the stream."""
    body = exactly(sock, int.from_bytes(exactly(sock, 4), "big"))
    message: Plain = JSONDecoder().decode(body.decode())  # a new one: `json.loads` has one that may have been changed
    return message


def exactly(sock: socket.socket, count: int) -> bytes:
    """So many bytes of a stream. EOFError if it ends before."""
    data = b""
    while len(data) < count:
        more = RECEIVE(sock, count - len(data))
        if not more:
            raise EOFError
        data += more
    return data
