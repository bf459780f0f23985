"""Who may ask the marking page for anything: whoever holds the token, through this machine's own address alone.

A page elsewhere in the same browser can send requests here. It has no cookie (SameSite), another Origin, no token of
the form; and a name of its own that leads here is no name that we answer to.
"""

from __future__ import annotations

import hmac
import secrets
import traceback
from typing import Any

from tornado.web import HTTPError, RequestHandler

from autograder.classroom.marking import screens
from autograder.classroom.marking.desk import Desk
from autograder.faults import Fault

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "tp",
}


class Keys:
    """The secrets of one run: the token of the address, and what it becomes in the browser.

    Cookies do not know ports: their names do, so that two runs do not disturb each other.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.token, self.session = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.cookie, self.xsrf = f"tp-mark-{port}", f"tp-mark-form-{port}"

    @property
    def hosts(self) -> set[str]:
        """The names under which we answer."""
        return {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost")}

    @property
    def address(self) -> str:
        """Where the marker begins."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"


class Guarded(RequestHandler):
    """A handler that answers only whom it should."""

    def initialize(self, desk: Desk, keys: Keys) -> None:
        """What all handlers share."""
        self.desk, self.keys = desk, keys

    def set_default_headers(self) -> None:
        """For each answer, a refusal too."""
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Refuse what does not come from the marker's own browser, from our own pages."""
        if self.request.host not in self.keys.hosts:
            raise HTTPError(403, reason="Another name of this machine")
        if self.request.method == "POST" and self.request.headers.get("Origin") != f"http://{self.request.host}":
            raise HTTPError(403, reason="Not sent by this page")
        given = self.get_cookie(self.keys.cookie) or ""
        if not same(given, self.keys.session) and not self.enters():
            raise HTTPError(403, reason="No token: open the address that tp mark has printed")

    def enters(self) -> bool:
        """Whether somebody without a cookie may come in here."""
        return False

    def check_xsrf_cookie(self) -> None:
        """After the checks of `prepare`, which this is called before: they say more."""
        self.prepare()
        super().check_xsrf_cookie()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """One clear line; nothing of anybody's answers."""
        error = kwargs.get("exc_info", (None, None))[1]
        text = str(error) if isinstance(error, Fault | ValueError) else self._reason
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(screens.message(str(status_code), text))

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        """The page says what a person can mend; only a mistake of ours is for the terminal."""
        if not isinstance(error, HTTPError | Fault | ValueError):
            traceback.print_exception(kind, error, trace)


class NotFound(Guarded):
    """Any other address."""

    def get(self) -> None:
        """There is none."""
        raise HTTPError(404, reason="There is no such page")

    post = get


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def settings(keys: Keys) -> dict[str, Any]:
    """Those of a `tornado.web.Application`."""
    strict = {"httponly": True, "samesite": "Strict"}
    return {
        "xsrf_cookies": True,
        "xsrf_cookie_name": keys.xsrf,
        "xsrf_cookie_kwargs": strict,
        "log_function": lambda handler: None,  # addresses hold the token once, and names of nobody
        "compress_response": False,
    }
