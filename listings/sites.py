"""Sites, of which the address rules speak, and the platforms that answer for them."""

import re
import unicodedata
from typing import Any

from django.utils.translation import gettext_lazy as _

# How firms write the sites in their sheets.
_WRITTEN = {
    "tmall": r"天猫|tmall",
    "taobao": r"淘宝|taobao",
    "jd": r"京东|(?<![a-z])jd(?![a-z])|jingdong",
    "pdd": r"拼多多|pdd|pinduoduo",
    "douyin": r"抖|douyin",
    "xiaohongshu": r"小红书|xiaohongshu|xhs",
    "kuaishou": r"快手|kuaishou",
    "1688": r"1688|阿里巴巴",
    "weidian": r"微店|weidian",
    "xianyu": r"闲鱼|咸鱼|goofish|xianyu",
}
# What readers call them.
LABELS: dict[str, Any] = {
    "taobao": _("Taobao"),
    "tmall": _("Tmall"),
    "jd": _("JD"),
    "pdd": _("Pinduoduo"),
    "douyin": _("Douyin"),
    "xiaohongshu": _("Xiaohongshu"),
    "kuaishou": _("Kuaishou"),
    "1688": "1688",
    "weidian": _("Weidian"),
    "xianyu": _("Xianyu"),
}
_patterns = {site: re.compile(pattern) for site, pattern in _WRITTEN.items()}
_PLATFORM_OF_SITE = {"taobao": "taobao", "tmall": "taobao"}


def platform_of(site: str) -> str:
    """The slug of the platform that answers for a site: Taobao and Tmall are one platform, every other site its own."""
    return _PLATFORM_OF_SITE.get(site, site)


def sites_named(text: str) -> list[str]:
    """The sites that a firm's words name, in the order of the table: Tmall before Taobao, which also names both."""
    words = unicodedata.normalize("NFKC", text).lower()
    return [site for site, pattern in _patterns.items() if pattern.search(words)]


def platform_named(text: str) -> str:
    """The slug of the platform that a firm's words name; '' where they name none that is known, or two."""
    named = {platform_of(site) for site in sites_named(text)}
    return named.pop() if len(named) == 1 else ""
