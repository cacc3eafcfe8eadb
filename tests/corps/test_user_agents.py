"""What a browser calls itself, in words that its owner recognises."""

import pytest

from corps.accounts.user_agents import browser_and_system

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{WINDOWS} {WEBKIT}", "Chrome, Windows"),
        (f"{WINDOWS} {WEBKIT} Edg/126.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} MicroMessenger/8", "WeChat, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Firefox/127.0", "Firefox, Linux"),
    ],
)  # fmt: skip
def test_a_browser_is_named_though_it_claims_to_be_others(agent, words):
    assert browser_and_system(agent) == words


def test_of_a_program_only_its_system_is_told():
    assert browser_and_system("sync-tool/2.1 (Linux)") == "Linux"


@pytest.mark.parametrize("agent", ["", "curl/8.5", "微信"])
def test_what_is_no_known_browser_has_no_name(agent):
    assert browser_and_system(agent) == ""
