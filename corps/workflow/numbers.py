"""Numbers of things and of documents: from a locked counter row for each series and year, without gap or clash."""

from datetime import datetime

from django.db import connection
from django.db.transaction import TransactionManagementError

from corps.deadlines.clock import shanghai_date
from corps.installation.organisation import current

TAKE = """
INSERT INTO corps_counter AS counter (series, year, last) VALUES (%s, %s, %s)
ON CONFLICT (series, year) DO UPDATE SET last = counter.last + excluded.last
RETURNING last"""


def next_number(series: str, year: int, count: int = 1) -> int:
    """The next number of a series in a year, beginning with 1; the first of `count` that are taken together.

    The counter stays locked until the present transaction ends, and a rollback gives the numbers back; so take them
    late. Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError(
            "A number is taken in the transaction that uses it."
        )
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [series, year, count])
        return cursor.fetchone()[0] - count + 1


def take_number(series: str, at: datetime) -> str:
    """A number for addresses and the API, such as "N2026-000123". at: aware; its year in Shanghai counts."""
    return take_numbers(series, at, 1)[0]


def take_numbers(series: str, at: datetime, count: int) -> list[str]:
    """So many numbers of a series, in order, with one statement."""
    year = shanghai_date(at).year
    first = next_number(series, year, count)
    return [f"{series}{year}-{number:06d}" for number in range(first, first + count)]


def document_number(kind: str, at: datetime) -> str:
    """An official number (文号), "沪市监总队协查〔2026〕123号". kind: the word in it, such as 协查."""
    year = shanghai_date(at).year
    return f"{current().document_prefix}{kind}〔{year}〕{next_number(f'document:{kind}', year)}号"
