"""Collecting what learning systems give, in their own forms: whose it is, when it came in, and what is not taken."""

from __future__ import annotations

import csv
import io
import stat
import struct
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
import yaml

from autograder.classroom.collect import named
from autograder.classroom.collect.collect import Collected, collect, members
from autograder.classroom.collect.roster import FILE as ROSTER
from autograder.classroom.collect.roster import roster
from autograder.classroom.collect.sheet import read
from autograder.classroom.layout import Classroom
from autograder.classroom.rules import FILE as RULES
from autograder.cli import main
from autograder.faults import Fault

TP = "optimizers"
NOTEBOOK = b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'
# Their ids, and their names as a system knows them.
WORLD = {
    "zoe": "Zoë Müller-Öztürk",
    "oneill": "Siobhán O'Neill",
    "nguyen": "Nguyễn Thị Minh Khai",
    "li": "李 小龙",
    "ivan": "Иван Иванов",
    "fatima": "فاطمة الزهراء",
    "jose": "José Ángel da Silva e Souza",
    "ali": "Ali\u200creza Karimi",
    "x": "Łukasz Żółć",
}


@pytest.fixture
def bare(tmp_path: Path) -> Classroom:
    """A classroom in which nothing is built, with a roster of the world."""
    classroom = Classroom.made_at(tmp_path / "classroom")
    rows = [[id, name, f"{id}@example.org"] for id, name in WORLD.items()]
    enrol(classroom, ["id", "name", "mail"], rows)
    return classroom


def enrol(classroom: Classroom, head: list[str], rows: list[list[str]]) -> None:
    table = io.StringIO()
    csv.writer(table).writerows([head, *rows])
    (classroom.root / ROSTER).write_text(table.getvalue(), encoding="utf-8")


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def without_flag(path: Path, encoding: str) -> Path:
    """The zip with its names in another encoding, and nothing that says so; as old systems write it."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            old, new = info.filename.encode(), info.filename.encode(encoding)
            assert len(new) <= len(old)
            padded = new.replace(b".", b"_" * (len(old) - len(new)) + b".", 1)
            data = data.replace(old, padded)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(sign, at + 1)) >= 0:
            (flags,) = struct.unpack_from("<H", data, at + place)
            data = data[: at + place] + struct.pack("<H", flags & ~0x800) + data[at + place + 2 :]
    path.write_bytes(data)
    return path


def moodle_name(name: str) -> str:
    """A full name in Moodle's zip: clean_filename() takes some signs away."""
    return "".join(c for c in name if c not in "&<>\"`|':\\/").replace("_", " ")


def moodle_zip(path: Path, names: dict[int, str]) -> Path:
    """As mod/assign/classes/downloader.php names them."""
    files = {f"{moodle_name(name)}_{n}_assignsubmission_file/{TP}.ipynb": NOTEBOOK for n, name in names.items()}
    return zipped(path, files)


def there(classroom: Classroom) -> set[str]:
    return {path.parent.parent.name for path in (classroom.root / "submitted").glob(f"*/{TP}/*.ipynb")}


def test_everybody_of_a_moodle_zip_is_found(bare: Classroom, tmp_path: Path) -> None:
    came = collect(bare, TP, moodle_zip(tmp_path / "m.zip", dict(enumerate(WORLD.values(), start=4_000_001))))
    assert there(bare) == set(WORLD)
    assert (came.nobody, came.missing, came.left_out) == ([], [], [])
    assert sorted(came.untimed) == sorted(WORLD)  # the zip's own times are those of the download


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_may_be_written_either_way(bare: Classroom, tmp_path: Path, form: str) -> None:
    names = [unicodedata.normalize(form, name) for name in WORLD.values()]
    collect(bare, TP, moodle_zip(tmp_path / "m.zip", dict(enumerate(names))))
    assert there(bare) == set(WORLD)


@pytest.mark.parametrize(
    ("encoding", "ids"), [("utf-8", list(WORLD)), ("cp437", ["zoe", "oneill"]), ("cp1252", ["zoe", "jose", "oneill"])]
)
def test_names_in_a_zip_that_does_not_say_their_encoding(
    bare: Classroom, tmp_path: Path, encoding: str, ids: list[str]
) -> None:
    archive = moodle_zip(tmp_path / "m.zip", {n: WORLD[id] for n, id in enumerate(ids)})
    came = collect(bare, TP, without_flag(archive, encoding))
    assert came.nobody == []
    assert {path.name for path in (bare.root / "submitted").iterdir()} == {*ids}


def test_the_worksheet_says_when_and_tells_namesakes_apart(bare: Classroom, tmp_path: Path) -> None:
    enrol(bare, ["id", "name", "mail"], [[id, "Anna Schmidt", f"{id}@example.org"] for id in ("as1", "as2")])
    (bare.root / RULES).write_text('format = 1\ntime_zone = "Europe/Paris"\n')
    archive = moodle_zip(tmp_path / "m.zip", {11: "Anna Schmidt", 12: "Anna Schmidt"})
    came = collect(bare, TP, archive)
    assert len(came.nobody) == 2
    assert "it may be as1 (Anna Schmidt), as2 (Anna Schmidt)" in came.nobody[0]
    assert there(bare) == set()
    (tmp_path / "sheet.csv").write_text(
        "\ufeffIdentifier,Full name,Email address,Status,Grade,Last modified (submission)\n"
        'Participant 11,Anna Schmidt,as2@example.org,-,,"Sunday, 1 March 2026, 11:58 PM"\n'
        "Participant 12,Anna Schmidt,as1@example.org,-,,-\n",
        encoding="utf-8",
    )
    came = collect(bare, TP, archive, read(tmp_path / "sheet.csv"))
    assert there(bare) == {"as1", "as2"}
    assert (bare.submitted(TP, "as2") / "timestamp.txt").read_text() == "2026-03-01 22:58:00 UTC\n"
    assert came.untimed == ["as1"]


def canvas_name(name: str) -> str:
    """As lib/content_zipper.rb does it: the sortable name, small, of its signs only those of words."""
    first, _, last = name.rpartition(" ")
    kept = [c for c in f"{last}, {first}".lower() if c == "_" or unicodedata.category(c)[0] in "LM" or c.isdecimal()]
    return "".join(kept)


def test_canvas(bare: Classroom, tmp_path: Path) -> None:
    files = {f"{canvas_name(WORLD['zoe'])}_100_950_{TP}-2.ipynb": b"later"}
    files |= {f"{canvas_name(name)}_{100 + n}_{900 + n}_{TP}.ipynb": NOTEBOOK for n, name in enumerate(WORLD.values())}
    late = f"{canvas_name(WORLD['li'])}_103_903_{TP}.ipynb"
    files[late.replace("_103", "_LATE_103")] = files.pop(late)
    files["text_7_8_text.html.exe/x"] = b""
    came = collect(bare, TP, zipped(tmp_path / "c.zip", files))
    assert there(bare) == set(WORLD)
    assert [path.name for path in bare.submitted(TP, "zoe").iterdir()] == [f"{TP}.ipynb"]
    assert (bare.submitted(TP, "zoe") / f"{TP}.ipynb").read_bytes() == b"later"
    assert came.late == ["li"]
    assert len(came.left_out) == 2


def test_a_number_of_canvas_is_no_other_number(bare: Classroom, tmp_path: Path) -> None:
    enrol(bare, ["id", "name"], [["100", "Ann Lee"], ["ben", "Ben Ray"]])
    came = collect(bare, TP, zipped(tmp_path / "c.zip", {f"rayben_100_900_{TP}.ipynb": NOTEBOOK}))
    assert there(bare) == {"ben"}
    assert [person.id for person in came.missing] == ["100"]


def test_the_gradebook_of_canvas_is_a_roster(bare: Classroom) -> None:
    (bare.root / ROSTER).write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,TP (77)\n,,,,,Manual Posting\n    Points Possible,,,,,20\n"
        '"Lovelace, Ada",4711,S1,ada,A,\n"Student, Test",99,,x,A,\n'
    )
    found = roster(bare)
    assert found is not None
    (person,) = found.people.values()
    assert (person.id, person.canvas, person.name, person.last_name) == ("ada", "4711", "Ada Lovelace", "Lovelace")


def test_gradescope_and_its_groups(bare: Classroom, tmp_path: Path) -> None:
    enrol(bare, ["id", "mail", "group"], [[id, f"{id}@example.org", "team 1"] for id in ("ann", "bob")])
    people = [{":name": id, ":sid": "", ":email": f"{id}@example.org"} for id in ("ann", "bob")]
    told = {"submission_5": {":submitters": people, ":created_at": "2026-03-01 12:00:00.5 Z"}}
    files = {
        f"a_export/submission_5/{TP}.ipynb": NOTEBOOK,
        "a_export/submission_metadata.yml": yaml.dump(told).encode(),
    }
    archive = zipped(tmp_path / "g.zip", files)
    assert "groups = true" in collect(bare, TP, archive).nobody[0]
    (bare.root / RULES).write_text(f"format = 1\n[{TP}]\ngroups = true\n")
    came = collect(bare, TP, archive)
    assert there(bare) == {"team 1"}
    assert members(bare, TP, "team 1") == ("ann", "bob")
    assert came.missing == []


def test_of_several_in_the_exchange_the_last_counts(bare: Classroom, tmp_path: Path) -> None:
    inbound = tmp_path / "inbound"
    for hour in ("09", "11", "10"):
        folder = inbound / f"zoe+{TP}+2026-03-01 {hour}:00:00.000000 UTC+c2VjcmV0"
        folder.mkdir(parents=True)
        (folder / f"{TP}.ipynb").write_text(hour)
        (folder / "timestamp.txt").write_text(f"2026-03-01 {hour}:00:00.000000 UTC")
    (inbound / f"zoe+other+2026-03-02 {hour}:00:00.000000 UTC").mkdir()
    collect(bare, TP, inbound)
    assert (bare.submitted(TP, "zoe") / f"{TP}.ipynb").read_text() == "11"


def test_a_plain_folder_and_a_students_own_zip(bare: Classroom, tmp_path: Path) -> None:
    inner = zipped(tmp_path / "work.zip", {f"work/{TP}.ipynb": NOTEBOOK, "work/helper.py": b"x = 1"})
    files = {
        "all/zoe/work.zip": inner.read_bytes(),
        f"all/ivan/{TP}/{TP}.ipynb": NOTEBOOK,
        "all/Siobhán O'Neill/x.ipynb": NOTEBOOK,
        "all/__MACOSX/._x": b"",
        "all/whoever/x.ipynb": NOTEBOOK,
    }
    came = collect(bare, TP, zipped(tmp_path / "all.zip", files))
    assert there(bare) == {"zoe", "ivan", "oneill"}
    assert {path.name for path in bare.submitted(TP, "zoe").iterdir()} == {f"{TP}.ipynb", "helper.py"}
    assert came.nobody == ["whoever: nobody in the roster is called so"]


def test_who_is_there_twice_is_said_and_not_guessed(bare: Classroom, tmp_path: Path) -> None:
    files = {"zoe/a.ipynb": b"1", "zoe@example.org/a.ipynb": b"2", "li/a.ipynb": b"3"}
    came = collect(bare, TP, zipped(tmp_path / "z.zip", files))
    assert there(bare) == {"li"}
    assert came.twice == ["zoe: zoe, zoe@example.org; nothing says which is the last, take one away"]
    assert "zoe" in {person.id for person in came.missing}


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("../../out.txt", "/tmp/out.txt", "C:\\out.txt", "li/..\\..\\out.txt", f"li/{TP}.ipynb"):
            archive.writestr(name, b"out")
        link = zipfile.ZipInfo("ivan/link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        with archive.open("zoe/bomb.ipynb", "w", force_zip64=True) as bomb:
            for _ in range(11):
                bomb.write(bytes(2**20))
        archive.writestr("jose/timestamp.txt", "2026-01-01 00:00 UTC")
        archive.writestr("jose/CON\x07:<x>.ipynb", NOTEBOOK)
    return path


def test_a_hostile_archive_harms_nobody_and_stops_no_other(
    bare: Classroom, tmp_path: Path, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.classroom.collect.collect.LARGEST", 10 * 2**20)
    before = {path for path in tmp_path.rglob("*") if "classroom" not in path.parts}
    came = collect(bare, TP, hostile)
    assert there(bare) == {"li", "jose"}
    assert {path for path in tmp_path.rglob("*") if "classroom" not in path.parts} == before
    assert came.refused == ["zoe (zoe): it is larger than 10 MB when it is unpacked"]
    assert sum("leads out of the folder" in told for told in came.left_out) == 4
    assert sum("it is a link" in told for told in came.left_out) == 1
    assert sum(path.stat().st_size for path in bare.root.rglob("*") if path.is_file()) < 2**20
    assert not list(bare.own.glob("collecting"))


def test_a_zip_that_lies_about_its_size_is_refused(bare: Classroom, tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"zoe/a.ipynb": bytes(2**20)})
    data = path.read_bytes().replace(struct.pack("<I", 2**20), struct.pack("<I", 10))
    path.write_bytes(data)
    came = collect(bare, TP, path)
    assert there(bare) == set()
    assert len(came.refused) == 1


def test_again(bare: Classroom, tmp_path: Path) -> None:
    def handed_in(hour: int, content: bytes) -> Collected:
        name = f"zoe+{TP}+2026-03-01 {hour:02}:00:00 UTC/{TP}.ipynb"
        return collect(bare, TP, zipped(tmp_path / "z.zip", {name: content}))

    assert handed_in(10, b"1").new == ["zoe"]
    assert handed_in(10, b"1").same == ["zoe"]
    assert handed_in(9, b"0").older == ["zoe"]
    assert handed_in(11, b"2").replaced == ["zoe"]
    path = bare.submitted(TP, "zoe") / f"{TP}.ipynb"
    assert path.read_bytes() == b"2"
    old = bare.own / "collecting" / "old" / "zoe" / TP  # as a run leaves it that is killed between two moves
    old.parent.mkdir(parents=True)
    path.parent.rename(old)
    assert handed_in(9, b"0").older == ["zoe"]
    assert path.read_bytes() == b"2"


def test_a_hand_in_without_a_time_takes_nobodys_time_away(bare: Classroom, tmp_path: Path) -> None:
    collect(bare, TP, zipped(tmp_path / "z.zip", {f"zoe+{TP}+2026-03-01 10:00:00 UTC/{TP}.ipynb": NOTEBOOK}))
    time = bare.submitted(TP, "zoe") / "timestamp.txt"
    assert collect(bare, TP, moodle_zip(tmp_path / "m.zip", {1: WORLD["zoe"]})).same == ["zoe"]
    assert time.read_text() == "2026-03-01 10:00:00 UTC\n"
    other = zipped(tmp_path / "m.zip", {f"{WORLD['zoe']}_1_assignsubmission_file/{TP}.ipynb": NOTEBOOK + b" "})
    (told,) = collect(bare, TP, other).twice
    assert told.startswith("zoe: what lies here came in at 2026-03-01 10:00:00 UTC, and nothing says when ")
    assert (time.parent / f"{TP}.ipynb").read_bytes() == NOTEBOOK
    assert time.exists()


def test_submitted_may_lie_on_another_disk(bare: Classroom, tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other disk")
    with tempfile.TemporaryDirectory(dir=elsewhere) as disk:
        (bare.root / "submitted").symlink_to(disk, target_is_directory=True)
        archive = moodle_zip(tmp_path / "m.zip", {1: WORLD["zoe"]})
        assert collect(bare, TP, archive).new == ["zoe"]
        assert collect(bare, TP, archive).same == ["zoe"]


@pytest.mark.parametrize(
    "broken", ["a name that is no UTF-8", "of a later version", "a directory that is not there", "damaged lzma"]
)
def test_a_broken_zip_of_a_student_stops_nobody_else(bare: Classroom, tmp_path: Path, broken: str) -> None:
    kind = zipfile.ZIP_LZMA if "lzma" in broken else zipfile.ZIP_STORED
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as inner:
        inner.writestr("é.ipynb", NOTEBOOK)
    data = bytearray(file.getvalue())
    directory = data.rfind(b"PK\x01\x02")
    if "UTF-8" in broken:
        data = data.replace("é".encode(), b"\xff\xff")
    elif "version" in broken:
        data[directory + 6] = 99
    elif "directory" in broken:
        end = data.rfind(b"PK\x05\x06")
        data[end + 16 : end + 20] = struct.pack("<I", 2**31)
    else:
        data[45:60] = bytes(15)
    files = {f"{name}_{n}_assignsubmission_file/work.zip": bytes(data) for n, name in enumerate([WORLD["zoe"]])}
    files |= {f"{WORLD['li']}_7_assignsubmission_file/{TP}.ipynb": NOTEBOOK}
    came = collect(bare, TP, zipped(tmp_path / "m.zip", files))
    assert "li" in came.new


def test_the_command_says_what_is_the_matter(
    bare: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bare.root / "release" / TP).mkdir(parents=True)
    (bare.root / "release" / TP / f"{TP}.ipynb").write_bytes(NOTEBOOK)
    archive = moodle_zip(tmp_path / "m.zip", {1: "Zoë Müller-Öztürk", 2: "Who\x1b[31m Else"})
    assert main(["--classroom", str(bare.root), "collect", TP, str(archive)]) == 1
    said = capsys.readouterr()
    assert f"{TP}: 1 hand-in: 1 new, 0 replaced, 0 as before; {len(WORLD) - 1} missing" in said.out
    assert "belongs to nobody and was not collected: Who" in said.err
    assert "has handed in nothing: ivan (Иван Иванов)" in said.err
    assert "\x1b[31m" not in said.err
    (bare.root / ROSTER).unlink()
    assert main(["--classroom", str(bare.root), "collect", TP, str(archive)]) == 1
    assert "write a roster.csv" in capsys.readouterr().err
    assert main(["--classroom", str(bare.root), "collect", TP, str(tmp_path / "none.zip")]) == 2


def test_the_roster_follows_a_student_who_is_renamed_or_leaves(bare: Classroom, tmp_path: Path) -> None:
    enrol(bare, ["id", "name", "group"], [["zoe", "zoe", "a"], ["x", "Żółć", "a"]])
    (bare.root / RULES).write_text(f"format = 1\n[{TP}]\ngroups = true\n")
    collect(bare, TP, zipped(tmp_path / "z.zip", {f"a/{TP}.ipynb": NOTEBOOK}))
    assert named.rename(bare, "zoe", "zoë.m") == [str(bare.collected(TP, "a")), str(bare.root / ROSTER)]
    assert members(bare, TP, "a") == ("zoë.m", "x")
    assert named.rename(bare, "x", None) == [str(bare.collected(TP, "a")), str(bare.root / ROSTER)]
    assert members(bare, TP, "a") == ("zoë.m",)
    found = roster(bare)
    assert found is not None
    assert {id: person.name for id, person in found.people.items()} == {"zoë.m": "zoe"}
    assert "zoe" not in bare.collected(TP, "a").read_text()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("name\nAnn\n", "no column says who it is"),
        ("id,group\nann,a\nANN,b\n", "row 3: ANN stands in row 2 already"),
        ("id,group\nann,bob\nbob,a\n", "bob is a group and a student"),
        ("id\n=SUM(A1)\n", "cannot be the name of a student's folder"),
        ("id,group\nann,a;b\n", "ann is in 2 groups"),
        ("id,extension\nann,soon\n", "'soon' is no time span"),
        ("", "is empty"),
        ("id\n\0\0\n", "it is no text"),
    ],
)
def test_a_broken_roster_is_one_line(bare: Classroom, table: str, said: str) -> None:
    (bare.root / ROSTER).write_text(table)
    with pytest.raises(Fault, match=r"\A[^\n]*\Z") as fault:
        roster(bare)
    assert said in str(fault.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path: Path, encoding: str, separator: str) -> None:
    text = separator.join(["id", "name"]) + "\r\n" + separator.join(["zoe", "Zoë"]) + "\r\n"
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    sheet = read(tmp_path / "t.csv")
    assert sheet.rows == [["zoe", "Zoë"]]
    assert sheet.written().decode(encoding) == text
