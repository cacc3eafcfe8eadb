"""The rooms' message catalogues, which readers see as one."""

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
