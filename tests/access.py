"""The paper of who may do what, made from the access table: `python -m tests.access` writes `docs/access.md`; with
`--check` it says that the document differs and exits 1.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
from django.utils.translation import override

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from corps.access.extensions import access_rules  # noqa: E402
from corps.access.routes import (  # noqa: E402
    decided_by_their_views,
    for_everybody,
    routes,
    scope_table,
)
from corps.models import User  # noqa: E402

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/access.md"
HEAD = """# Who may do what
Each verb, who may do it, and the addresses that it opens. What a person may see there is narrower: `visible_to` of the
querysets, which ask whose records a person sees (`User.Scope`) and never the role. Made from the access table
(`access_rules`, filled by the apps) and the addresses by `python -m tests.access`; `make check` compares it, and the
auditor reads the same at `/audit/access/`.

## Verbs
"""


def text() -> str:
    """The document as the code says it, in English."""
    with override("en"):
        return _text()


def _text() -> str:
    lines = [HEAD.rstrip("\n"), *table()]
    lines += ["", "## Whose records each role sees"]
    lines += [f"- {role}: {scope}" for role, scope in scope_table()]
    lines += ["", "## Open to everybody who is signed in", *listed(for_everybody())]
    lines += ["", "## Decided by the page itself", *listed(decided_by_their_views())]
    return "\n".join(lines) + "\n"


def table() -> Iterator[str]:
    """A row for each verb: a mark for each role that may do it, the duties, the addresses."""
    roles = [role.value for role in User.Role]
    yield f"| verb | name | {' | '.join(roles)} | with a duty | opens |"
    yield "|---" * (len(roles) + 4) + "|"
    for verb, rule in access_rules.items():
        marks = ["×" if role in rule.roles else "" for role in roles]
        duties = ", ".join(str(duty) for duty in rule.duties)
        opened = [route.address for route in routes() if route.verb == verb]
        addresses = " ".join(f"`{address}`" for address in opened)
        yield f"| `{verb}` | {rule.name} | {' | '.join(marks)} | {duties} | {addresses} |"


def listed(addresses: Iterable[str]) -> Iterator[str]:
    """Addresses as a list."""
    return (f"- `{address}`" for address in addresses)


def main(arguments: list[str]) -> int:
    """Write the document, or with `--check` compare it. 1 if it differs."""
    made = text()
    if "--check" not in arguments:
        DOCUMENT.write_text(made, encoding="utf-8")
        return 0
    if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == made:
        return 0
    print("docs/access.md is not what the code says: run `python -m tests.access`")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
