"""The accounts by which a campaign is walked: in demonstration mode people may sign in with them."""

from dataclasses import dataclass, field
from datetime import datetime

from corps import workflow as corps_workflow
from corps.models import Unit, User
from demo.folder import Folder
from firms.models import Firm
from firms.workflow import appoint_representative

HEADQUARTERS, FIRST, SECOND = "执法总队", "执法一支队", "执法二支队"


@dataclass(frozen=True, slots=True)
class Person:
    """unit: its name, or None for those who belong to none."""

    login: str
    name: str
    role: str
    unit: str | None = None
    duties: tuple[str, ...] = ()


PEOPLE = (
    Person("officer", "陆一鸣", User.Role.OFFICER, FIRST),
    Person("officer2", "沈若宁", User.Role.OFFICER, FIRST),
    Person(
        "supervisor", "周正言", User.Role.SUPERVISOR, FIRST, (User.Duty.HEAD_OF_UNIT,)
    ),
    Person("supervisor2", "何蕴", User.Role.SUPERVISOR, FIRST),
    Person(
        "reviewer", "严思齐", User.Role.SUPERVISOR, HEADQUARTERS, (User.Duty.REVIEWER,)
    ),
    Person(
        "chief",
        "钱伯安",
        User.Role.SUPERVISOR,
        HEADQUARTERS,
        (User.Duty.HEAD_OF_DEPARTMENT,),
    ),
    Person("officer3", "顾知远", User.Role.OFFICER, SECOND),
    Person("admin", "系统管理员", User.Role.ADMINISTRATOR),
    Person("auditor", "安全审计员", User.Role.AUDITOR),
)


@dataclass(slots=True)
class Cast:
    """Who acts: staff by login, liaisons by platform slug, representatives by firm code."""

    staff: dict[str, User] = field(default_factory=dict)
    liaisons: dict[str, User] = field(default_factory=dict)
    representatives: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, login: str) -> User:
        return self.staff[login]


def engage_staff(at: datetime) -> Cast:
    """The corps's own people and their units, without passwords. at: when they are taken on."""
    headquarters = _unit(HEADQUARTERS, None, at)
    units = {
        HEADQUARTERS: headquarters,
        FIRST: _unit(FIRST, headquarters, at),
        SECOND: _unit(SECOND, headquarters, at),
    }
    cast = Cast()
    for person in PEOPLE:
        cast.staff[person.login] = _user(
            person.login,
            at=at,
            name=person.name,
            role=person.role,
            unit=units[person.unit] if person.unit else None,
            duties=person.duties,
        )
    return cast


def engage_liaisons(cast: Cast, folder: Folder, at: datetime) -> None:
    """An account for each platform's primary liaison."""
    for contact in folder.liaisons:
        if contact.duty == "primary":
            cast.liaisons[contact.platform] = _user(
                f"liaison-{contact.platform}",
                at=at,
                name=contact.name,
                role=User.Role.LIAISON,
                email=contact.email,
                phone=contact.phone,
            )


def engage_representative(cast: Cast, firm: Firm, at: datetime) -> None:
    """An account for whoever speaks for a firm."""
    user = _user(
        f"firm-{firm.code}", at=at, name=firm.short_name, role=User.Role.REPRESENTATIVE
    )
    appoint_representative(firm=firm, user=user, actor=cast["admin"], at=at)
    cast.representatives[firm.code] = user


def _unit(name: str, parent: Unit | None, at: datetime) -> Unit:
    """The unit of this name; the system may have it already."""
    return Unit.objects.filter(name=name).first() or corps_workflow.create_unit(
        name=name, parent=parent, actor=None, at=at
    )


def _user(login: str, **facts: object) -> User:
    """A new account. A login that somebody has already is left to them."""
    if User.objects.filter(username=login).exists():
        login = f"replay-{login}"
    return corps_workflow.create_user(actor=None, username=login, **facts)  # type: ignore[arg-type]
