"""How a verb says no."""

from typing import Any


class TransitionRefused(Exception):
    """A guard said no: the act is not done and nothing was written.

    code: a stable word such as "not-concluding", for programs. message: a sentence for the person, saying what is
    wrong and what to do. details: whatever the page wants to show beside it (ids, counts, who did what when).
    """

    def __init__(self, code: str, message: Any, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.details = details
