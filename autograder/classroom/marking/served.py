"""The local page for marking: what is asked for, and what comes back. Only this machine can reach it."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError

from autograder.classroom.marking import comments, form, screens
from autograder.classroom.marking.desk import Desk, Pile, Row
from autograder.classroom.marking.entered import Changed
from autograder.classroom.marking.guarded import Guarded, Keys, NotFound, same, settings
from autograder.faults import Fault

HERE = "127.0.0.1"
LARGEST = 2**20  # bytes of a request
ASSETS = {"mark.css": "text/css", "mark.js": "text/javascript"}
CHANGED = "Nothing was saved: this answer, or its mark, has changed since you opened it."
STATIC = Path(__file__).with_name("static")


async def serve(desk: Desk, ready: Callable[[Keys], object], port: int = 0) -> None:
    """Serve the pages until the task is cancelled; `ready` is told once they can be opened. Fault if the port is taken.

    port: 0 takes a free one.
    """
    try:
        listening = socket.create_server((HERE, port))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise Fault(f"port {port} of this machine cannot be used ({why}): give another --port") from None
    listening.setblocking(False)
    keys = Keys(listening.getsockname()[1])
    server = HTTPServer(_application(desk, keys), max_body_size=LARGEST, max_buffer_size=2 * LARGEST)
    server.add_socket(listening)
    try:
        ready(keys)
        await asyncio.Event().wait()
    finally:
        server.stop()
        await server.close_all_connections()


def _application(desk: Desk, keys: Keys) -> Application:
    shared = {"desk": desk, "keys": keys}
    handlers = [
        (r"/", _Index, shared),
        (r"/assets/([a-z.]+)", _Asset, shared),
        (r"/answers/([^/]+)/([^/]+)", _Question, shared),
        (r"/answers/([^/]+)/([^/]+)/([^/]+)", _Answer, shared),
    ]
    return Application(handlers, default_handler_class=NotFound, default_handler_args=shared, **settings(keys))


class _Index(Guarded):
    def enters(self) -> bool:
        return same(self.get_query_argument("token", ""), self.keys.token)

    def get(self) -> None:
        """All questions; with the token, the way in."""
        if self.enters():
            self.set_cookie(self.keys.cookie, self.keys.session, httponly=True, samesite="Strict")
            self.finish(screens.welcome("/"))
            return
        self.finish(screens.index(self.desk, self.desk.piles()))


class _Asset(Guarded):
    def get(self, name: str) -> None:
        """The style or the script of the pages."""
        if name not in ASSETS:
            raise HTTPError(404, reason="There is no such page")
        self.set_header("Content-Type", f"{ASSETS[name]}; charset=utf-8")
        self.finish((STATIC / name).read_bytes())


class _Question(Guarded):
    def get(self, notebook: str, cell: str) -> None:
        """All answers to one question."""
        self.finish(screens.question(self.desk, self.pile(notebook, cell)))

    def pile(self, notebook: str, cell: str) -> Pile:
        """The answers to the question of an address."""
        found = self.desk.pile(notebook, cell)
        if found is None:
            raise HTTPError(404, reason="There is no such question")
        return found


class _Answer(_Question):
    def get(self, notebook: str, cell: str, id: str) -> None:  # type: ignore[override]
        """One answer."""
        pile, row = self._found(notebook, cell, id)
        self._show(pile, row)

    def post(self, notebook: str, cell: str, id: str) -> None:
        """Save a mark, and go on to another answer."""
        pile, row = self._found(notebook, cell, id)
        typed = {name: self.get_body_argument(name, strip=False) for name in self.request.body_arguments}
        try:
            if "take" in typed:
                self.desk.take(row, pile.question, typed.get("seen", ""))
            else:
                mark = form.mark(pile.question, typed)
                if "keep" in typed and mark.comment:
                    comments.keep(self.desk.classroom, self.desk.tp, pile.question.place, mark.comment)
                self.desk.save(row, pile.question, mark, typed.get("seen", ""))
        except form.NotUnderstood as error:
            self.set_status(422)
            self._show(pile, row, typed, str(error))
        except Changed:
            self.set_status(409)
            self._show(*self._found(notebook, cell, id), None if "take" in typed else typed, CHANGED)
        except (Fault, ValueError) as error:  # of a file or the gradebook, which a person can mend
            self.set_status(500)
            self._show(pile, row, None if "take" in typed else typed, f"Nothing was saved: {error}")
        else:
            self.redirect(self._next(pile, row, typed.get("go", "")), status=303)

    def _next(self, pile: Pile, row: Row, go: str) -> str:
        to = {"before": pile.beside(row.id, -1), "after": pile.beside(row.id, 1), "stay": row}
        return screens.link(pile.question, to[go] if go in to else pile.next_open(row.id))

    def _show(self, pile: Pile, row: Row, typed: Mapping[str, str] | None = None, said: str = "") -> None:
        self.finish(screens.answer(self.desk, pile, row, self.xsrf_form_html(), typed, said))

    def _found(self, notebook: str, cell: str, id: str) -> tuple[Pile, Row]:
        pile = self.pile(notebook, cell)
        row = pile.row(id)
        if row is None:
            raise HTTPError(404, reason="There is no such answer")
        return pile, row
