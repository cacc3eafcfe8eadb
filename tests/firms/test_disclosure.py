"""Which words would tell who complained."""

import pytest

from firms.disclosure import FirmNames

names = FirmNames(
    {"华美日化有限公司", "HM", "HuaMei", "A", "李伟", "", "13800000000"},
    {"HuaMei", "华美日化有限公司金装"},
)


@pytest.mark.parametrize(
    "text",
    [
        "华美日化有限公司投诉的商品",
        "hm 授权店",
        "李伟 举报",
        "见 T2026-000012",
        "tel:13800000000",
        "ＨＭ授权店",
        "Ｔ２０２６－０００００１２",
    ],
)
def test_a_text_that_names_a_firm_a_person_or_a_complaint_does_not_leave(text):
    assert names.without(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "HuaMei 正品",
        "华美日化有限公司金装 500ml",
        "HMX 100 洗发水",
        "XHM",
        "A 级",
        "电话 138000000001",
        "",
    ],
)
def test_a_mark_a_longer_word_and_a_single_letter_tell_nobody(text):
    assert names.without(text) == text


def test_case_and_spacing_hide_no_name():
    spaced = FirmNames({"Hua Mei Ltd"}, set())
    assert spaced.names_a_firm("sold by HUA  MEI\tltd.")


def test_a_name_that_stands_beside_a_mark_is_still_found():
    assert names.names_a_firm("HuaMei by HM")


def test_signs_of_a_name_mean_nothing_but_themselves():
    dotted = FirmNames({"a.b+c (中国)"}, set())
    assert dotted.names_a_firm("A.B+C (中国)")
    assert not dotted.names_a_firm("axb+c (中国)")
