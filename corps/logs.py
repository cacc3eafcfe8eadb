"""What the log says of requests that are refused."""

import logging


class RefusedRequests(logging.Filter):
    """One line for a request that is refused, such as one with another site's Host, and no louder than a warning.

    What was sent is at fault and not the program, so no traceback tells more than the line.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = None
            level = min(record.levelno, logging.WARNING)
            record.levelno, record.levelname = level, logging.getLevelName(level)
        return True
