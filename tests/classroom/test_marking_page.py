"""The page on which people mark: in a real browser, and asked by those who should not be answered."""

from __future__ import annotations

import http.client
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from autograder.classroom.layout import Classroom
from autograder.classroom.marking.desk import Desk
from autograder.classroom.marking.entered import Mark, Noted, note
from autograder.classroom.marking.guarded import Keys
from autograder.content import finding
from tests.browser import PATIENCE, chromium
from tests.classroom.answered import ANSWERS, NAME, PLACE, answered, held, served
from tests.shared import TPS

NARROW = 390  # pixels of a telephone
Answered = tuple[int, dict[str, str], str]


@pytest.fixture(scope="module")
def room(once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    root = shutil.copytree(answered(once), tmp_path_factory.mktemp("marking") / "room")
    yield Classroom.at(root / "classroom")
    for tp in TPS.values():
        finding.ready(tp, TPS)


@pytest.fixture(scope="module")
def keys(room: Classroom) -> Iterator[Keys]:
    with served(Desk(room, NAME, "bea")) as keys:
        yield keys


def address(room: Classroom, student: str, anonymous: bool = False) -> str:
    (pile,) = Desk(room, NAME, "bea", anonymous).piles()
    (id,) = [row.id for row in (*pile.rows, *pile.empty) if row.student == student]
    return f"/answers/{'/'.join(PLACE)}/{id}"


def asked(keys: Keys, path: str, method: str = "GET", body: str = "", **headers: str) -> Answered:
    """What the server answers whom: status, headers, text."""
    connection = http.client.HTTPConnection("127.0.0.1", keys.port, timeout=PATIENCE)
    form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(
        method, path, body or None, form | {name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def sent(keys: Keys, path: str, **fields: str) -> tuple[int, str]:
    """What a marker's own page sends, and the page that comes of it."""
    cookie = f"{keys.cookie}={keys.session}"
    _, headers, page = asked(keys, path, Cookie=cookie)
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("_xsrf", "seen")}
    body = urlencode({name: one[1] for name, one in found.items() if one} | fields)
    both = f"{cookie}; {headers['set-cookie'].split(';')[0]}"
    status, _, text = asked(keys, path, "POST", body, Cookie=both, Origin=f"http://127.0.0.1:{keys.port}")
    return status, text


def test_nobody_is_answered_without_the_token_by_another_name_or_from_another_page(room: Classroom, keys: Keys) -> None:
    place, cookie = address(room, "bob"), f"{keys.cookie}={keys.session}"
    assert asked(keys, place, Cookie=cookie)[0] == 200
    refused = [
        asked(keys, place),
        asked(keys, "/"),
        asked(keys, "/assets/mark.js"),
        asked(keys, "/?token="),
        asked(keys, f"/?token={keys.session}"),
        asked(keys, f"{place}?token={keys.token}"),
        asked(keys, place, Cookie=f"{keys.cookie}={keys.token}"),
        asked(keys, place, Cookie=cookie, Host=f"evil.example:{keys.port}"),
        asked(keys, f"/?token={keys.token}", Host="evil.example"),
        asked(keys, "/nothing"),
    ]
    assert [status for status, _, _ in refused] == [403] * len(refused)
    assert not any(student in text for _, _, text in refused for student in ANSWERS)

    own = f"http://127.0.0.1:{keys.port}"
    _, headers, page = asked(keys, place, Cookie=cookie)
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page)
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert xsrf
    assert seen
    both = f"{cookie}; {headers['set-cookie'].split(';')[0]}"
    fields = {"score": "1", "seen": seen[1], "comment": "</textarea><script>document.title = 'owned'</script>"}
    body, whole = urlencode(fields), urlencode(fields | {"_xsrf": xsrf[1]})
    posts = [
        asked(keys, place, "POST", whole, Cookie=both),
        asked(keys, place, "POST", whole, Cookie=both, Origin="http://evil.example"),
        asked(keys, place, "POST", whole, Cookie=both, Origin="null"),
        asked(keys, place, "POST", whole, Cookie=both, Origin=f"http://localhost:{keys.port}"),
        asked(keys, place, "POST", body, Cookie=both, Origin=own),
        asked(keys, place, "POST", whole, Cookie=cookie, Origin=own),
        asked(keys, place, "POST", whole, Cookie=both.partition("; ")[2], Origin=own),
    ]
    assert [status for status, _, _ in posts] == [403] * len(posts)
    assert held(room, "bob").by_hand is None
    status, _, page = asked(keys, place, "POST", whole.replace("score=1", "score=9"), Cookie=both, Origin=own)
    assert (status, held(room, "bob").by_hand) == (422, None)
    assert "9 is no number from 0 to 1; nothing was saved" in page
    assert asked(keys, place, "POST", whole, Cookie=both, Origin=own)[0] == 303
    assert held(room, "bob").by_hand == 1.0


def test_a_mark_that_could_not_be_taken_over_leaves_the_form_as_it_stands(room: Classroom, keys: Keys) -> None:
    place = address(room, "cyd")
    assert sent(keys, place, score="0.25", comment="Over time?")[0] == 303
    note(room, NAME, "cyd", {PLACE: Noted(Mark(0.25, "Over time?"), Mark(1.0, "All.", who="cem"))})
    status, text = sent(keys, place, take="1", seen="of an older page")
    assert (status, held(room, "cyd").by_hand) == (409, 0.25)
    assert 'name="score" inputmode="decimal" autocomplete="off" size="4" value="0.25"' in text
    assert re.search(r'<textarea id="comment"[^>]*>Over time\?</textarea>', text)
    assert "data-unsaved" not in text
    assert "Your entry is below" not in text


def test_what_was_typed_is_shown_again_where_it_cannot_be_saved(room: Classroom, keys: Keys) -> None:
    place, rules, kept = address(room, "cyd"), room.root / "rules.toml", room.root / "comments.toml"
    before, text = held(room, "cyd"), rules.read_text(encoding="utf-8")
    for path, said in ((rules, "rules.toml"), (kept, "comments.toml")):
        path.write_text("format", encoding="utf-8")
        status, page = sent(keys, place, score="1", comment="A long comment.", keep="1")
        assert (status, held(room, "cyd")) == (500, before)
        assert re.search(rf"Nothing was saved: [^<]*{said} cannot be read", page)
        assert re.search(r'<textarea id="comment"[^>]*>A long comment.</textarea>', page)
        assert 'value="1"> of 1' in page
        rules.write_text(text, encoding="utf-8")
    assert asked(keys, place, Cookie=f"{keys.cookie}={keys.session}")[0] == 200  # marking goes on without comments
    kept.unlink()


def test_what_the_browser_is_told_lets_nothing_of_a_students_run(room: Classroom, keys: Keys) -> None:
    status, headers, text = asked(keys, f"/?token={keys.token}")
    assert status == 200
    assert keys.token not in text
    assert re.search(r"; HttpOnly.*; SameSite=Strict", headers["set-cookie"])
    cookie = f"{keys.cookie}={keys.session}"
    every = f"/answers/{'/'.join(PLACE)}"
    for path in ("/", every, address(room, "ada"), address(room, "bob"), "/answers/no/such", "/nothing"):
        _, headers, text = asked(keys, path, Cookie=cookie)
        assert "script-src 'self';" in headers["content-security-policy"]
        assert "default-src 'none';" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert re.findall(r"<script[^>]*>", text) == re.findall(r'<script src="/assets/mark.js" defer>', text)
        assert not re.search(r"<[^>]*\s(on\w+|style)=", text)


def test_an_anonymous_page_names_nobody(room: Classroom) -> None:
    with served(Desk(room, NAME, "bea", anonymous=True)) as keys:
        cookie = f"{keys.cookie}={keys.session}"
        pages = [asked(keys, path, Cookie=cookie)[2] for path in ("/", f"/answers/{'/'.join(PLACE)}")]
        place = address(room, "dan", anonymous=True)
        pages.append(asked(keys, place, Cookie=cookie)[2])
        for name, broken in (("rules.toml", 'extensions = { DAN = "bob" }'), ("roster.csv", "dan,Dan\ndan,Dan")):
            file = room.root / name
            text = file.read_text(encoding="utf-8")
            file.write_text(f"{text}{broken}\n", encoding="utf-8")
            status, page = (
                sent(keys, place, score="1") if name == "rules.toml" else asked(keys, "/", Cookie=cookie)[::2]
            )
            assert status == 500
            assert re.search(rf"{name}, .*student {place.rpartition('/')[2]}\b", page)
            pages.append(page)
            file.write_text(text, encoding="utf-8")
    for text in pages:
        assert not re.search(r"\b(bob|cyd|dan|Byron|Cyd)\b", text.replace("a run of dan", ""), re.IGNORECASE)
    assert pages[1].count("student ") >= len(ANSWERS)


@pytest.mark.browser
def test_a_marker_marks_by_keyboard_and_an_older_tab_is_told(room: Classroom, keys: Keys) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core here (group `test`)").Axe()
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(keys.address)
        page.wait_for_url("**/")
        assert keys.token not in page.url
        ada, dan = (f"http://127.0.0.1:{keys.port}{address(room, student)}" for student in ("ada", "dan"))
        page.goto(ada)
        assert page.evaluate("document.title") != "owned"
        shown = page.locator("main").inner_text()
        assert "<script>document.title = 'owned'</script>" in shown
        assert "And it goes on." in shown
        assert "a run of ada" in shown
        assert page.locator("main a[href^=javascript], main img").count() == 0

        old = context.new_page()
        old.set_default_timeout(PATIENCE * 1000)
        old.goto(ada)
        page.keyboard.press("1")
        page.keyboard.press("2")
        page.keyboard.press("2")
        assert page.locator("#score").input_value() == "0.75"
        page.keyboard.press("c")
        page.keyboard.type("Over time: <b>yes</b> 1 j")
        page.get_by_label("keep this comment").check()
        page.keyboard.press("j")
        page.wait_for_url(lambda url: url != ada)
        given = held(room, "ada")
        assert (given.by_hand, given.comment) == (0.75, "Over time: <b>yes</b> 1 j")
        page.goto(dan)
        page.get_by_role("button", name="Over time: <b>yes</b> 1 j").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url: url != dan)
        assert held(room, "dan").comment == "Over time: <b>yes</b> 1 j"

        old.keyboard.press("0")
        old.keyboard.press("n")
        old.get_by_role("alert").wait_for()
        assert "has changed since you opened it" in old.get_by_role("alert").inner_text()
        assert "0.75, “Over time: <b>yes</b> 1 j” (bea" in old.get_by_role("alert").inner_text()
        assert old.locator("#score").input_value() == "0"
        assert held(room, "ada").by_hand == 0.75
        old.keyboard.press("s")
        old.wait_for_url(lambda url: url != ada)
        assert held(room, "ada").by_hand == 0.0

        found = []
        for width, theme in ((1280, "light"), (NARROW, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            for path in (f"/answers/{'/'.join(PLACE)}", address(room, "ada")):
                page.goto(f"http://127.0.0.1:{keys.port}{path}")
                page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found.append(f"{path} is wider than {width}")
                grave = [v for v in axe.run(page).response["violations"] if v["impact"] in ("serious", "critical")]
                found += [f"{path}: {v['id']}: {node['html'][:150]}" for v in grave for node in v["nodes"]]
        assert found == []
