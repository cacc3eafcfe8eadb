"""What a browser calls itself, in words that its owner recognises."""

# The first that occurs in a User-Agent header names it; most browsers also claim to be those further down.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("QQBrowser", "QQ Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_and_system(agent: str) -> str:
    """Such as `Chrome, Windows`; "" for what is no known browser."""
    names = [_first(agent, BROWSERS), _first(agent, SYSTEMS)]
    return ", ".join(name for name in names if name)


def _first(agent: str, known: tuple[tuple[str, str], ...]) -> str:
    for mark, name in known:
        if mark in agent:
            return name
    return ""
