"""What a data directory keeps of the installation that it belongs to."""

import shutil

from corps.installation.identity import Token, keep_token, kept_token


def test_a_token_is_kept_and_known_as_the_one_that_was_written(tmp_path):
    keep_token(tmp_path, "first")
    keep_token(tmp_path, "second")
    assert kept_token(tmp_path) == Token("second", is_copied=False)


def test_a_directory_that_was_never_enrolled_has_no_token(tmp_path):
    assert kept_token(tmp_path) == Token("")


def test_a_copied_directory_is_told_from_the_first(tmp_path):
    keep_token(tmp_path / "first", "token")
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    assert kept_token(tmp_path / "second") == Token("token", is_copied=True)


def test_a_token_is_readable_by_its_owner_alone_and_leaves_no_draft(tmp_path):
    keep_token(tmp_path, "token")
    [kept] = (tmp_path / "secrets").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
