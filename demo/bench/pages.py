"""Case and notice pages with 5,000 items. Floor: the same pages with 50."""

from functools import partial

from demo.bench.environment import Environment, owner_line
from demo.bench.measuring import Measured, by_turns
from demo.bench.web import Client, server, session_cookie

MANY, FEW = 5000, 50


def measure(environment: Environment) -> list[Measured]:
    """Signed in, over HTTP: the case as its officer sees it, the notice as officer and as liaison see it."""
    notices = {
        count: environment.issue(environment.file_case(count)) for count in (FEW, MANY)
    }
    with owner_line() as line:
        line.cursor().execute("VACUUM ANALYZE")
    pages = {
        "case page": (
            "officer",
            {
                count: notice.case.get_absolute_url()
                for count, notice in notices.items()
            },
        ),
        "notice page": (
            "officer",
            {count: notice.get_absolute_url() for count, notice in notices.items()},
        ),
        "notice page of its liaison": (
            "liaison",
            {count: notices[count].get_absolute_url() for count in notices},
        ),
    }
    people = {
        "officer": environment.cast["officer"],
        "liaison": environment.cast.liaisons["taobao"],
    }
    lines = []
    with server("config.wsgi", "/healthz") as port:
        for name, (login, path) in pages.items():
            client = Client(port, Cookie=session_cookie(people[login]))
            lines.append(
                by_turns(
                    f"{name} with 5,000 items",
                    1.5,
                    floor=partial(_seconds, client, path[FEW]),
                    app=partial(_seconds, client, path[MANY]),
                )
            )
    return lines


def _seconds(client: Client, path: str, _round: int) -> float:
    """How long one page takes."""
    return client.seconds(path)
