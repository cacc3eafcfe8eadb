"""Sites, of which the address rules speak, and platforms, the desks that answer for them."""

import re
import unicodedata

# How firms call the platforms in their sheets; the first that stands in a name decides.
_NAMES = (
    ("xianyu", r"闲鱼|咸鱼|goofish|xianyu"),
    ("1688", r"1688|阿里巴巴"),
    ("taobao", r"淘宝|天猫|taobao|tmall"),
    ("jd", r"京东|(?<![a-z])jd(?![a-z])|jingdong"),
    ("pdd", r"拼多多|pdd|pinduoduo"),
    ("douyin", r"抖音|抖店|douyin"),
    ("xiaohongshu", r"小红书|xiaohongshu|xhs"),
    ("kuaishou", r"快手|kuaishou"),
    ("weidian", r"微店|weidian"),
)
_names = tuple((slug, re.compile(pattern)) for slug, pattern in _NAMES)
_PLATFORM_OF_SITE = {"taobao": "taobao", "tmall": "taobao"}


def platform_of(site: str) -> str:
    """The slug of the platform that answers for a site: Taobao and Tmall are one desk, every other site its own."""
    return _PLATFORM_OF_SITE.get(site, site)


def platform_named(text: str) -> str:
    """The slug of the platform that a firm's words name; '' where they name none that is known, or two."""
    words = unicodedata.normalize("NFKC", text).lower()
    named = {slug for slug, pattern in _names if pattern.search(words)}
    return named.pop() if len(named) == 1 else ""
