"""What the manager prints, line by line."""

import json
import os
import select

import pytest

from runtime.console import MOST_LINES, Screen


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    for descriptor in (reading, writing):
        try:
            os.close(descriptor)
        except OSError:
            pass


def test_whoever_speaks_under_a_name_is_told_apart(pipe):
    screen = Screen(pipe[1])
    screen.line("ready", "web")
    screen.line("all ready")
    assert os.read(pipe[0], 100) == b"web      | ready\nall ready\n"


def test_in_json_what_is_no_object_becomes_one_and_an_object_stays(pipe):
    screen = Screen(pipe[1], is_json=True)
    screen.line('{"event": "x"}', "web")
    screen.line("就绪", "web")
    first, second = os.read(pipe[0], 200).decode().splitlines()
    assert first == '{"event": "x"}'
    assert json.loads(second) == {"event": "就绪", "service": "web"}


def test_an_unread_screen_loses_its_oldest_lines_and_holds_nobody_up(pipe):
    screen = Screen(pipe[1])
    while select.select([], [pipe[1]], [], 0)[1]:
        os.write(pipe[1], b"\n" * select.PIPE_BUF)
    for number in range(MOST_LINES + 3):
        screen.line(str(number))
    assert len(screen.waiting) == MOST_LINES
    assert screen.waiting[0] == b"3\n"


def test_a_closed_screen_drops_what_is_printed(pipe):
    os.close(pipe[0])
    screen = Screen(pipe[1])
    screen.line("unheard")
    screen.line("unheard too")
    assert screen.closed


def test_a_character_that_cannot_be_written_does_not_end_the_line(pipe):
    Screen(pipe[1]).line("a\ud83db")
    assert os.read(pipe[0], 10) == b"a?b\n"
