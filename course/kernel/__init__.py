"""The processes in which submissions run when they are graded: one parent, and a confined child for each of them.

The parent (`python -m course.kernel`) imports what notebooks need, computes nothing, and forks a child whenever it is
asked, so that a child is ready at once. A child runs cells and answers calls; it knows no test, no expected value and
no grade, and whatever it sends is checked where it arrives. Linux only.

Messages are four bytes of length and JSON. To the parent, with two descriptors (the child's socket, the pipe for its
output): {"fork": {"directory", "hidden", "limits", "memory", "processes", "disk", "sandbox"}}; back, with a
descriptor of the new process: {"forked": true}. To a child: {"id": n, "run": source} or {"id": n, "ask": script,
"oracles": [name...]}; back: {"id": n, "error": null | {...}} or {"id": n, "answers": {...}}, in between {"gradient":
name, "point": plain}. Whoever guards the child says {"died": reason} before he ends it.
"""

from __future__ import annotations

import json
import socket

from course.calls import Plain


def frame(message: Plain) -> bytes:
    """A message as it travels: four bytes of length, then JSON."""
    body = json.dumps(message).encode()
    return len(body).to_bytes(4, "big") + body


def receive(sock: socket.socket) -> Plain:
    """The next message of a trusted peer. EOFError at the end of the stream."""
    message: Plain = json.loads(exactly(sock, int.from_bytes(exactly(sock, 4), "big")))
    return message


def exactly(sock: socket.socket, count: int) -> bytes:
    """So many bytes of a stream. EOFError if it ends before."""
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data
