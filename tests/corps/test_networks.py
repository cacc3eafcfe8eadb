"""Which network a request comes from."""

import pytest

from corps.access.networks import network
from corps.audit.origin import audit_origin


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", ""),
        ("203.0.113.999", ""),
    ],
)
def test_ipv4_counts_by_address_and_ipv6_by_what_one_subscriber_has(address, counted):
    with audit_origin(channel="web", address=address):
        assert network() == counted
