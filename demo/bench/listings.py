"""A market of a million listings, filled once for all benchmarks that look at it."""

from corps.workflow import index_words
from demo.bench.environment import Environment, owner_line
from demo.generator import fill_market

LISTINGS = 1_000_000
# Of the newest so many, every other one is a target: as many as the pages looked at show.
NOTED = 60_000


def fill(environment: Environment) -> None:
    """Listings, their stores and targets, their words indexed as maintenance does it."""
    if environment.has_market:
        return
    fill_market(
        list(environment.platforms.values()),
        LISTINGS,
        case=environment.file_case(1),
        noted=NOTED,
    )
    while index_words():
        pass
    with owner_line() as line:
        line.cursor().execute("VACUUM ANALYZE")
    environment.has_market = True
