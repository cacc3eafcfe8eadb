"""Passwords and keys that an installation makes for itself, each in a file that only its user can read."""

import os
import secrets
import tempfile
from pathlib import Path

from runtime.paths import Place


def secret(data_dir: Path, name: str, value: str = "") -> str:
    """The secret called `name` of this data directory, made on first use (192 random bits, or `value`).

    Safe for several starters at once: one of them writes it, all read the same.
    """
    folder = Place(data_dir).secrets()
    kept = folder / name
    if not kept.exists():
        draft, path = tempfile.mkstemp(dir=folder)
        with os.fdopen(draft, "w") as file:
            file.write(value or secrets.token_urlsafe(24))
        try:
            os.link(path, kept)
        except FileExistsError:
            pass
        finally:
            os.unlink(path)
    return kept.read_text()


def replace_secret(data_dir: Path, name: str, value: str) -> None:
    """Keep `value` under `name` from now on."""
    (Place(data_dir).secrets() / name).unlink(missing_ok=True)
    secret(data_dir, name, value)


def secret_key(data_dir: Path) -> str:
    """Django's SECRET_KEY of an installation that was given none."""
    return secret(data_dir, "secret_key", secrets.token_urlsafe(48))
