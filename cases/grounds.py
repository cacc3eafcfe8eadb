"""The legal grounds that every installation starts with; kept as rows, maintained there, each with its period."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

# valid_from: the day from which the present wording of the act holds.
DATA = Path(__file__).resolve().parent / "data" / "grounds.tsv"

# The ground that a firm's own words suggest: `listings.sheets.values.violation_kind` → code.
SUGGESTED = {
    "counterfeit": "counterfeit",
    "removed_code": "removed_codes",
    "unauthorised": "false_authorisation",
    "name_misuse": "name_misuse",
    "image_theft": "image_theft",
    "unlicensed": "no_licence",
    "false_advertising": "false_advertising",
    "defamation": "defamation",
    "low_price": "low_price",
}


def shipped_grounds() -> list[dict[str, Any]]:
    """The shipped rows, by the fields of `LegalGround`."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        row["is_sufficient"] = row["is_sufficient"] == "yes"
        row["valid_from"] = date.fromisoformat(row["valid_from"])
    return rows


def seed_grounds(apps: Any) -> None:
    """Write the grounds; rows that are there already stay as they are. apps: a migration's registry."""
    ground = apps.get_model("cases", "LegalGround")
    ground.objects.bulk_create(
        [ground(**row) for row in shipped_grounds()], ignore_conflicts=True
    )


def remove_grounds(apps: Any) -> None:
    """Take the grounds out again. Raises ProtectedError if one of them was given."""
    codes = [row["code"] for row in shipped_grounds()]
    apps.get_model("cases", "LegalGround").objects.filter(code__in=codes).delete()
