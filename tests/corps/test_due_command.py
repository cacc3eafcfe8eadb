"""`./manage.py due`, as somebody outside calls it."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import execute_from_command_line

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(__file__).parent / "data" / "clock_cases.tsv"


@pytest.fixture
def due(tmp_path):
    """Call the command without any database: (exit status, standard output)."""
    environment = {
        name: value for name, value in os.environ.items() if not name.endswith("_URL")
    }
    environment |= {
        "DATA_DIR": str(tmp_path / "nothing here"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    environment.pop("EMBEDDED_SERVICES", None)

    def call(*words: str, lines: str | bytes = b"") -> tuple[int, str]:
        given = lines.encode() if isinstance(lines, str) else lines
        done = subprocess.run(
            [sys.executable, "manage.py", "due", *words],
            cwd=ROOT, input=given, capture_output=True, env=environment, timeout=60, check=False,
        )  # fmt: skip
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done.returncode, done.stdout.decode()

    return call


def test_one_call_prints_date_and_standing_without_starting_anything(due, tmp_path):
    assert due("HC", "2024-01-29") == (0, "2024-02-22\tfirm\n")
    assert not (tmp_path / "nothing here").exists()


def test_extension_and_spans_are_options(due):
    assert due("HC", "2026-11-23", "--extension", "15") == (
        0,
        "2027-01-05\tprovisional\n",
    )
    assert due("CB", "2026-03-02", "--excluded", "2026-03-20..2026-04-03") == (
        0,
        "2026-06-15\tfirm\n",
    )


@pytest.mark.parametrize(
    "words",
    [
        ("HC",),
        ("NONE", "2026-03-02"),
        ("hc", "2026-03-02"),
        ("HC", "2026-02-30"),
        ("HC", "2026-03-02", "--extension", "-5"),
        ("HC", "2026-03-02", "--extension", "1_0"),
        ("HC", "2026-03-02", "--extension", "999999999"),
        ("HC", "2026-03-02", "--excluded", "2026-03-05..2026-03-04"),
        ("HC", "2026-03-02", "--excluded", "garbage"),
        ("CB", "2026-03-02", "--excluded", "2026-03-05..9999-12-31"),
    ],
)
@pytest.mark.django_db
def test_a_bad_call_prints_error_and_the_reason_and_exits_with_2(capsys, words):
    with pytest.raises(SystemExit, match=r"^2$"):
        execute_from_command_line(["manage.py", "due", *words])
    word, reason = capsys.readouterr().out.rstrip("\n").split("\t")
    assert word == "error"
    assert reason


def test_every_worked_case_comes_out_of_one_call_in_order(due):
    with CASES.open(encoding="utf-8") as table:
        cases = list(csv.DictReader(table, delimiter="\t"))
    lines = "".join(
        "{rule}\t{start}\t{extension}\t{excluded}\n".format(**case) for case in cases
    )
    assert due("-", lines=lines) == (
        0,
        "".join(f"{case['due']}\t{case['status']}\n" for case in cases),
    )


def test_each_line_has_an_answer_and_a_bad_one_does_not_stop_the_rest(due):
    lines = (
        b"\xef\xbb\xbfHC\t2024-01-29\r\n"
        b"HC\t2024-01-29\t\t\n"
        b"HC\t2024-01-29\t15\n"
        b"\n"
        b"HC\n"
        b"HC\t2024-01-29\t0\t\ttoo much\n"
        b"\xff\xfe\t2024-01-29\n"
        b"HC\t2024-01-29\tsoon\n"
        b"CB\t2026-03-02\t\t2026-03-20..2026-04-03"
    )
    status, printed = due("-", lines=lines)
    answers = printed.splitlines()
    assert status == 2
    assert answers[:3] == ["2024-02-22\tfirm", "2024-02-22\tfirm", "2024-03-14\tfirm"]
    assert all(
        answer.startswith("error\t") and answer.count("\t") == 1
        for answer in answers[3:8]
    )
    assert answers[8:] == ["2026-06-15\tfirm"]


def test_no_lines_are_no_fault(due):
    assert due("-") == (0, "")
