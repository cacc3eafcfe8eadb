"""Sites, and the platforms that answer for them."""

import pytest

from listings.sites import LABELS, platform_named, platform_of, sites_named


def test_taobao_and_tmall_are_one_platform_and_every_other_site_its_own():
    assert {
        site: platform_of(site) for site in LABELS if platform_of(site) != site
    } == {"tmall": "taobao"}


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("淘宝", "taobao"),
        ("天猫（淘宝）", "taobao"),
        ("ＪＤ商城", "jd"),
        ("抖音小店", "douyin"),
        ("咸鱼", "xianyu"),
        ("淘宝/京东", ""),
        ("JDX", ""),
        ("线下门店", ""),
        ("", ""),
    ],
)
def test_a_platform_is_named_where_the_words_name_one_alone(text, platform):
    assert platform_named(text) == platform


def test_sites_come_in_the_order_of_the_table():
    assert sites_named("京东、淘宝和天猫") == ["tmall", "taobao", "jd"]
