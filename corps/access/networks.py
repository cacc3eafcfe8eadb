"""Which network a request comes from: what limits and waits count by."""

import ipaddress

from corps.audit.origin import current


def network() -> str:
    """What counts as one address: an IPv4 address, or the /64 network that one IPv6 subscriber has."""
    try:
        address = ipaddress.ip_address(current().address)
    except ValueError:
        return ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
