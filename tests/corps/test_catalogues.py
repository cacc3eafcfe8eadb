"""The rooms' message catalogues, which readers see as one."""

import pytest
from babel.messages.catalog import Catalog, Message

from config import catalogues


def test_an_app_that_says_a_word_of_a_lower_app_otherwise_is_named(
    tmp_path, monkeypatch
):
    for app, chinese in (("corps", "代码"), ("firms", "验证码")):
        path = tmp_path / f"{app}.po"
        path.write_text(
            f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Code"\nmsgstr "{chinese}"\n'
        )
    monkeypatch.setattr(catalogues, "APPS", ("corps", "firms"))
    monkeypatch.setattr(
        catalogues, "catalogue_path", lambda app: tmp_path / f"{app}.po"
    )
    monkeypatch.setattr(
        catalogues, "messages_of", lambda app: [(f"{app}.py:1", "Code", None)]
    )
    assert catalogues.faults() == [
        'locale/firms: "Code" has other Chinese in corps, which everybody reads'
    ]


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (Message("Case", "案件"), ""),
        (Message("Case", ""), "has no Chinese"),
        (Message("Case", "案件", flags=["fuzzy"]), "is fuzzy"),
        (Message("%(n)s of %(m)s", "%(m)s 之 %(n)s"), ""),
        (Message("%(n)s cases", "案件"), "has other placeholders in Chinese"),
        (Message("%s", "%s %s"), ""),
        (Message(("%(n)s case", "%(n)s cases"), ("%(n)s 件",)), ""),
        (Message(("One case", "%(n)s cases"), ("%(n)s 件",)), ""),
        (Message(("One case", "%(n)s cases"), ("若干件",)), "has other placeholders in Chinese"),
        (Message(("One case", "%(n)s cases"), ("",)), "has no Chinese"),
    ],
)  # fmt: skip
def test_a_translation_is_there_settled_and_fills_in_the_same(message, fault):
    assert catalogues.faults_of_entry(message) == fault


def test_a_message_without_chinese_is_told_with_the_place_that_says_it():
    catalogue = Catalog(locale="zh_Hans")
    catalogue.add("Case", "案件")
    places = {
        catalogues.Key("Case", None): "cases/a.py:1",
        catalogues.Key("Case", "a column"): "cases/b.py:2",
        catalogues.Key("Firm", None): "cases/c.py:3",
    }
    assert list(catalogues.faults_of_messages("cases", catalogue, places)) == [
        'cases/b.py:2: "Case" has no Chinese in the catalogue of cases',
        'cases/c.py:3: "Firm" has no Chinese in the catalogue of cases',
    ]


def test_a_template_of_no_app_speaks_for_corps():
    templates = catalogues.PROJECT / "templates"
    assert catalogues.app_of_template(templates / "cases" / "x.html") == "cases"
    assert catalogues.app_of_template(templates / "account" / "x.html") == "corps"
    assert catalogues.app_of_template(templates / "404.html") == "corps"
