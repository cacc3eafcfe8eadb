"""Reading a campaign folder: what came in from outside, checked for form before anything is written."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from listings.addresses import read_cell
from listings.sites import platform_of


class FolderError(Exception):
    """The folder is not as it should be; the message names file and line."""


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """campaign.json. The lengths are working days, or None for the usual ones."""

    name: str
    name_en: str
    opens: date
    closes: date
    reply_working_days: int | None
    check_working_days: int | None


@dataclass(frozen=True, slots=True)
class CampaignPlatform:
    slug: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Contact:
    """duty: "primary" or "backup"."""

    platform: str
    name: str
    email: str
    phone: str
    duty: str


@dataclass(frozen=True, slots=True)
class Company:
    code: str
    name: str
    name_en: str
    uscc: str
    licence: str


@dataclass(frozen=True, slots=True)
class Account:
    """A store that belongs to the firm itself; `address` in any form.

    Its platform need not take part in the campaign: no notice goes there, so there is nothing to keep it out of.
    """

    firm: str
    platform: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A complaint sheet. file: its name under `complaints/`."""

    file: str
    firm: str
    received_on: date
    subject: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer; platform is the one whose liaison answers. line: of its file, from 1."""

    line: int
    round: int
    platform: str
    address: str
    outcome: str
    at: datetime
    remark: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check. seen: "gone", "live" or "unreachable"."""

    line: int
    round: int
    address: str
    seen: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    line: int
    address: str
    upheld: bool
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A whole campaign; every list is in the order of its file."""

    path: Path
    campaign: CampaignFacts
    platforms: list[CampaignPlatform]
    liaisons: list[Contact]
    firms: list[Company]
    brands: dict[str, list[str]]
    accounts: list[Account]
    arrivals: list[Arrival]
    answers: list[AnswerLine]
    checks: list[CheckLine]
    objections: list[ObjectionLine]

    def sheet(self, arrival: Arrival) -> Path:
        """Where the sheet of a complaint lies."""
        return self.path / "complaints" / arrival.file

    @property
    def rounds(self) -> list[int]:
        """The rounds that have an answer or a check, in order."""
        return sorted(
            {answer.round for answer in self.answers}
            | {check.round for check in self.checks}
        )


def read_folder(path: Path) -> Folder:
    """Read all of a campaign folder. Raises FolderError for the first thing that is not right."""
    if not path.is_dir():
        raise FolderError(f"{path} is not a folder.")
    complaints = path / "complaints"
    folder = Folder(
        path=path,
        campaign=_campaign(path / "campaign.json"),
        platforms=[_platform(row) for row in _rows(path / "platforms.csv")],
        liaisons=[_contact(row) for row in _rows(path / "liaisons.csv")],
        firms=[_company(row) for row in _rows(path / "firms.csv")],
        brands={},
        accounts=[_account(row) for row in _rows(path / "official_accounts.csv")],
        arrivals=[_arrival(row) for row in _rows(complaints / "arrivals.csv")],
        answers=[_answer(row) for row in _rows(path / "replies.csv")],
        checks=[_check(row) for row in _rows(path / "checks.csv")],
        objections=[_objection(row) for row in _rows(path / "objections.csv")],
    )
    for row in _rows(path / "brands.csv"):
        folder.brands.setdefault(row.text("firm"), []).append(row.text("brand"))
    _check_codes(folder)
    _check_accounts(folder)
    _check_liaisons(folder)
    _check_sheets(folder)
    return folder


SEEN = ("gone", "live", "unreachable")
YES_NO = ("yes", "no")
DUTIES = ("primary", "backup")
ANSWERS = ("removed", "shut", "refused", "needs_information")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a CSV with its place, for messages."""

    file: str
    line: int
    cells: dict[str, str]

    def text(self, column: str, default: str | None = None) -> str:
        """A cell without blanks around it. An empty one is refused unless there is a default."""
        value = (self.cells.get(column) or "").strip()
        if value:
            return value
        if default is not None:
            return default
        what = "is empty" if column in self.cells else "is missing"
        raise FolderError(f"{self.file}, line {self.line}: the column {column} {what}.")

    def read(self, column: str, kind: Callable[[str], Any]) -> Any:
        text = self.text(column)
        try:
            return kind(text)
        except ValueError as wrong:
            raise FolderError(
                f"{self.file}, line {self.line}: {column} is {text!r}, which cannot be read."
            ) from wrong

    def one_of(self, column: str, words: tuple[str, ...]) -> str:
        text = self.text(column)
        if text not in words:
            raise FolderError(
                f"{self.file}, line {self.line}: {column} is {text!r}, not one of {', '.join(words)}."
            )
        return text

    def moment(self, column: str = "at") -> datetime:
        """An ISO time with its offset."""
        return self.read(column, _aware)


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its offset")
    return moment


def _round(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100:
        raise ValueError("a round is counted from 1")
    return number


def _text_of(path: Path) -> str:
    """A file's text, with or without a byte order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as missing:
        raise FolderError(f"{path} is missing.") from missing
    except UnicodeDecodeError as wrong:
        raise FolderError(f"{path} is not in UTF-8.") from wrong


def _rows(path: Path) -> Iterator[_Row]:
    """The lines of a CSV below its head, whatever the order of its columns; empty lines are passed over."""
    reader = csv.DictReader(io.StringIO(_text_of(path), newline=""), strict=True)
    reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
    if not reader.fieldnames:
        raise FolderError(f"{path.name} has no head line.")
    try:
        for cells in reader:
            if None in cells:
                raise FolderError(
                    f"{path.name}, line {reader.line_num}: more cells than the head has columns."
                )
            if any((value or "").strip() for value in cells.values()):
                yield _Row(path.name, reader.line_num, cells)
    except csv.Error as wrong:
        raise FolderError(f"{path.name}, line {reader.line_num}: {wrong}.") from wrong


def _campaign(path: Path) -> CampaignFacts:
    try:
        facts = json.loads(_text_of(path))
    except json.JSONDecodeError as wrong:
        raise FolderError(f"{path.name}, line {wrong.lineno}: {wrong.msg}.") from wrong
    try:
        return CampaignFacts(
            name=str(facts["name"]),
            name_en=str(facts.get("name_en") or ""),
            opens=date.fromisoformat(facts["opens"]),
            closes=date.fromisoformat(facts["closes"]),
            reply_working_days=_length(facts.get("reply_working_days")),
            check_working_days=_length(facts.get("check_working_days")),
        )
    except KeyError as missing:
        raise FolderError(f"{path.name}: {missing.args[0]} is missing.") from missing
    except (TypeError, ValueError, AttributeError) as wrong:
        raise FolderError(f"{path.name}: {wrong}.") from wrong


def _length(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 < value < 1000:
        raise ValueError(f"{value!r} is no number of working days")
    return value


def _platform(row: _Row) -> CampaignPlatform:
    return CampaignPlatform(
        slug=row.text("slug"), name=row.text("name"), name_en=row.text("name_en", "")
    )


def _contact(row: _Row) -> Contact:
    return Contact(
        platform=row.text("platform"),
        name=row.text("name"),
        email=row.text("email"),
        phone=row.text("phone", ""),
        duty=row.one_of("duty", DUTIES),
    )


def _company(row: _Row) -> Company:
    return Company(
        code=row.text("code"),
        name=row.text("name"),
        name_en=row.text("name_en", ""),
        uscc=row.text("uscc"),
        licence=row.text("licence", ""),
    )


def _account(row: _Row) -> Account:
    return Account(
        firm=row.text("firm"),
        platform=row.text("platform"),
        name=row.text("name"),
        address=row.text("address"),
    )


def _arrival(row: _Row) -> Arrival:
    return Arrival(
        file=row.text("file"),
        firm=row.text("firm"),
        received_on=row.read("received_on", date.fromisoformat),
        subject=row.text("subject"),
    )


def _answer(row: _Row) -> AnswerLine:
    return AnswerLine(
        line=row.line,
        round=row.read("round", _round),
        platform=row.text("platform"),
        address=row.text("address", ""),
        outcome=row.one_of("outcome", ANSWERS),
        at=row.moment(),
        remark=row.text("remark", ""),
    )


def _check(row: _Row) -> CheckLine:
    return CheckLine(
        line=row.line,
        round=row.read("round", _round),
        address=row.text("address", ""),
        seen=row.one_of("seen", SEEN),
        at=row.moment(),
    )


def _objection(row: _Row) -> ObjectionLine:
    return ObjectionLine(
        line=row.line,
        address=row.text("address", ""),
        upheld=row.one_of("upheld", YES_NO) == "yes",
        at=row.moment(),
        reason=row.text("reason", ""),
    )


def _check_codes(folder: Folder) -> None:
    """Each platform and each firm that a file names is registered in the folder."""
    slugs = {platform.slug for platform in folder.platforms}
    codes = {firm.code for firm in folder.firms}
    liaisons = {contact.platform for contact in folder.liaisons}
    owners = {account.firm for account in folder.accounts}
    complainants = {arrival.firm for arrival in folder.arrivals}
    answering = {answer.platform for answer in folder.answers}
    for file, column, unknown in (
        ("liaisons.csv", "platform", liaisons - slugs),
        ("official_accounts.csv", "firm", owners - codes),
        ("brands.csv", "firm", folder.brands.keys() - codes),
        ("complaints/arrivals.csv", "firm", complainants - codes),
        ("replies.csv", "platform", answering - slugs),
    ):
        if unknown:
            raise FolderError(
                f"{file}: the {column} {min(unknown)} is not registered in this folder."
            )


def _check_accounts(folder: Folder) -> None:
    """The address of each official account is that of a store on its platform."""
    for account in folder.accounts:
        address = read_cell(account.address)
        if address.kind != "store" or platform_of(address.site) != account.platform:
            raise FolderError(
                f"official_accounts.csv: {account.address} is no store of {account.platform}."
            )


def _check_liaisons(folder: Folder) -> None:
    """Each platform has a primary liaison."""
    slugs = {platform.slug for platform in folder.platforms}
    primary = {
        contact.platform for contact in folder.liaisons if contact.duty == "primary"
    }
    if without := slugs - primary:
        raise FolderError(
            f"liaisons.csv: the platform {min(without)} has no primary liaison."
        )


def _check_sheets(folder: Folder) -> None:
    """The sheet of each complaint is there."""
    for arrival in folder.arrivals:
        if not folder.sheet(arrival).is_file():
            raise FolderError(f"complaints/arrivals.csv: {arrival.file} is not there.")
