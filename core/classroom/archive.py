"""A class as a file, for a server that forgets its disk: JSON, compressed by gzip.

It holds names, drawings, labels, lessons and the answers to them, and who may come back only as digests
(see `core.store.classrooms.owner_digest`). What is loaded was in a stranger's hands: everything in it is
bounded and checked before anything is written.
"""

import base64
import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from core.classroom.archived_answers import insert_answers, parse_answers, save_answers
from core.classroom.archived_lessons import insert_lessons, parse_lessons, save_lessons, saved_names
from core.classroom.classroom import (
    DEFAULT_TARGET,
    MAX_DRAWINGS,
    MAX_MEMBERS,
    PANELS,
    Classroom,
    ClassroomError,
    Member,
    find_classroom,
    read_members,
)
from core.classroom.codes import new_token, read_code
from core.classroom.names import check_name
from core.classroom.saved_values import as_list, as_moment, as_text, as_whole, check_distinct
from core.classroom.teaching import insert_classroom
from core.data import CLASSES, IMAGE_SIZE
from core.drawing.strokes import StrokeError, as_strokes
from core.lessons.lesson import LessonError
from core.store.classrooms import DIGEST_LENGTH, is_digest, owner_digest, sweep_classrooms
from core.store.database import Database
from core.store.drawings import MAX_STROKES_BYTES
from core.store.queries import now
from core.store.tables import CLASSROOM_DRAWINGS, CLASSROOM_MEMBERS, CLASSROOM_READINGS, CLASSROOMS

VERSION = 1
# Compressed, and as JSON. A full class of 45 with 100 drawings each has about 4 and 11 MB.
MAX_FILE_BYTES = 10 * 2**20
# Of the JSON outside its texts, which hold nearly all of a real file: lists and numbers are what
# becomes large in memory.
_MAX_STRUCTURE_BYTES = 6 * 2**20
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')
MAX_JSON_BYTES = 32 * 2**20
_RUN_ID = re.compile(r"\w{1,32}", re.ASCII)
_WRONG_FILE = "This is not the file of a class, or it is damaged. Choose one that Digit Lab has saved."


def save_class(database: Database, code: str) -> bytes:
    """Return a class as a file, for its teacher.

    Raises
    ------
    ClassroomError
        If there is no such class.
    """
    with database.reading() as connection:
        content = _content(connection, code, with_strokes=True)
        file = gzip.compress(content, mtime=0)
        if len(content) <= MAX_JSON_BYTES and len(file) <= MAX_FILE_BYTES:
            return file
        # It could not be loaded again. What a network learns from are the images.
        return gzip.compress(_content(connection, code, with_strokes=False), mtime=0)


def load_class(database: Database, file: bytes, owner: str) -> tuple[Classroom, str]:
    """Open a class from a file for an owner; return it, and the token of the teacher's personal link.

    It has the code that it had, unless another class has it now. Students are who they were when
    they come back with the same browser.

    Raises
    ------
    ClassroomError
        If the file is no such file, or as `core.classroom.teaching.open_classroom`.
    """
    try:
        saved = _parse(file)
        members = [_member(one) for one in as_list(saved["members"], MAX_MEMBERS)]
        seats = [member["seat"] for member in members]
        check_distinct(seats)
        drawings = [_drawing(one, seats) for one in as_list(saved["drawings"], MAX_MEMBERS * MAX_DRAWINGS)]
        _check_counts(drawings)
        readings = _readings(saved["readings"], seats, len(drawings))
        flags = {name: saved[name] is True for name in ("closed", "uploads_paused", "trainings_paused")}
        board = [name for name in PANELS if name in as_list(saved["board"], len(PANELS))]
        contest, lessons = _contest(saved), parse_lessons(saved)
        answers = parse_answers(saved, seats, lessons.lessons)
        wanted = read_code(as_text(saved["code"]))
    except (KeyError, TypeError, ValueError, OverflowError, ClassroomError, LessonError) as error:
        raise ClassroomError(_WRONG_FILE) from error
    sweep_classrooms(database)
    token = new_token()
    with database.writing() as connection:
        code = insert_classroom(connection, owner, token, wanted)
        changes = {**flags, **contest, "board": json.dumps(board)}
        connection.execute(update(CLASSROOMS).where(CLASSROOMS.c.code == code).values(**changes))
        joined = _insert_members(connection, code, members)
        _insert_drawings(connection, code, joined, drawings, readings)
        insert_answers(connection, answers, joined, insert_lessons(connection, code, lessons))
        return find_classroom(connection, code), token


def _content(connection: Connection, code: str, with_strokes: bool) -> bytes:
    classroom = find_classroom(connection, code)
    members = read_members(connection, code)
    seats = {member.id: member.seat for member in members}
    of_class = CLASSROOM_DRAWINGS.c.code == code
    drawings = connection.execute(
        select(CLASSROOM_DRAWINGS).where(of_class).order_by(CLASSROOM_DRAWINGS.c.id)
    ).all()
    numbers = {row.id: number for number, row in enumerate(drawings)}
    readings = connection.execute(
        select(CLASSROOM_READINGS)
        .join(CLASSROOM_DRAWINGS, CLASSROOM_DRAWINGS.c.id == CLASSROOM_READINGS.c.drawing)
        .where(of_class)
        .order_by(CLASSROOM_READINGS.c.drawing, CLASSROOM_READINGS.c.member)
    )
    return json.dumps(
        {
            "digit_lab_class": VERSION,
            "code": classroom.code,
            "closed": classroom.closed,
            "uploads_paused": classroom.uploads_paused,
            "trainings_paused": classroom.trainings_paused,
            "board": classroom.board,
            "sealed_at": classroom.sealed_at,
            "unsealed_at": classroom.unsealed_at,
            "target": classroom.target,
            **save_lessons(connection, code),
            **save_answers(connection, seats, saved_names(connection, code)),
            "members": [
                {
                    "seat": member.seat,
                    "name": member.name,
                    "name_hidden": member.name_hidden,
                    "browser": _digest(member.owner),
                }
                for member in members
            ],
            "drawings": [
                {
                    "seat": seats[row.member],
                    "label": row.label,
                    "hidden": row.hidden,
                    "strokes": row.strokes if with_strokes else "[]",
                    "image": base64.b64encode(row.image).decode(),
                }
                for row in drawings
            ],
            "readings": [[numbers[row.drawing], seats[row.member], row.digit] for row in readings],
        }
    ).encode()


def _digest(owner: str) -> str:
    """Return what stands for an owner, also for one who has not come back since the last file."""
    return owner if is_digest(owner) else owner_digest(owner)


def _parse(file: bytes) -> Mapping[str, Any]:
    if len(file) > MAX_FILE_BYTES:
        raise ValueError("too large")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(file, MAX_JSON_BYTES)
        if len(_TEXT.sub(b"", content)) > _MAX_STRUCTURE_BYTES:
            raise ValueError("too much structure")
        saved = json.loads(content) if unpacker.eof else None
    except (zlib.error, RecursionError) as error:
        raise ValueError from error
    if not isinstance(saved, dict) or saved.get("digit_lab_class") != VERSION:
        raise ValueError("another file")
    return saved


def _contest(saved: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sealed; files of an older version say nothing of it."""
    moments = {name: saved.get(name) for name in ("sealed_at", "unsealed_at")}
    moments = {name: None if moment is None else as_moment(moment) for name, moment in moments.items()}
    target = as_text(saved.get("target", DEFAULT_TARGET))
    if not _RUN_ID.fullmatch(target):
        raise ValueError("no such run")
    return {**moments, "target": target}


def _member(saved: Any) -> dict[str, Any]:
    browser = as_text(saved["browser"])
    if len(browser) != DIGEST_LENGTH or not browser.isascii():
        raise ValueError("no digest")
    return {
        "seat": as_whole(saved["seat"], 10**6),
        "name": check_name(as_text(saved["name"]), ()),
        "name_hidden": saved["name_hidden"] is True,
        "owner": browser,
    }


def _drawing(saved: Any, seats: list[int]) -> dict[str, Any]:
    image = base64.b64decode(as_text(saved["image"]), validate=True)
    strokes = as_text(saved["strokes"])
    if len(image) != IMAGE_SIZE**2 or len(strokes) > MAX_STROKES_BYTES or saved["seat"] not in seats:
        raise ValueError("no drawing")
    try:
        as_strokes(as_list(json.loads(strokes), MAX_STROKES_BYTES))
    except (StrokeError, RecursionError) as error:
        raise ValueError from error
    return {
        "seat": saved["seat"],
        "label": as_whole(saved["label"], CLASSES - 1),
        "hidden": saved["hidden"] is True,
        "strokes": strokes,
        "image": image,
    }


def _check_counts(drawings: list[dict[str, Any]]) -> None:
    if any(count > MAX_DRAWINGS for count in Counter(drawing["seat"] for drawing in drawings).values()):
        raise ValueError("too many drawings of one member")


def _readings(saved: Any, seats: list[int], drawings: int) -> list[tuple[int, int, int | None]]:
    read = []
    for number, seat, digit in as_list(saved, drawings * len(seats)):
        if seat not in seats:
            raise ValueError("no such member")
        said = None if digit is None else as_whole(digit, CLASSES - 1)
        read.append((as_whole(number, drawings - 1), seat, said))
    check_distinct([(number, seat) for number, seat, _ in read])
    return read


def _insert_members(connection: Connection, code: str, members: list[dict[str, Any]]) -> Mapping[int, Member]:
    """Let members in, and return them by their seats."""
    for member in members:
        values = {**member, "code": code, "joined_at": now(), "last_seen": now()}
        connection.execute(insert(CLASSROOM_MEMBERS).values(**values))
    return {member.seat: member for member in read_members(connection, code)}


def _insert_drawings(
    connection: Connection,
    code: str,
    members: Mapping[int, Member],
    drawings: list[dict[str, Any]],
    readings: list[tuple[int, int, int | None]],
) -> None:
    moment = now()
    numbers: list[int] = []
    for drawing in drawings:
        values = {name: value for name, value in drawing.items() if name != "seat"}
        values |= {"code": code, "member": members[drawing["seat"]].id, "created": moment}
        added = connection.execute(insert(CLASSROOM_DRAWINGS).values(**values))
        numbers.extend(added.inserted_primary_key or (0,))
    rows = [
        {"drawing": numbers[number], "member": members[seat].id, "digit": digit}
        for number, seat, digit in readings
    ]
    if rows:
        connection.execute(insert(CLASSROOM_READINGS), rows)
