"""Sites, of which the address rules speak, and platforms, the desks that answer for them."""

_PLATFORM_OF_SITE = {"taobao": "taobao", "tmall": "taobao"}


def platform_of(site: str) -> str:
    """The slug of the platform that answers for a site: Taobao and Tmall are one desk, every other site its own."""
    return _PLATFORM_OF_SITE.get(site, site)
