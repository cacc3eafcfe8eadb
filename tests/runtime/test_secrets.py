"""Passwords and keys that an installation makes for itself."""

from concurrent.futures import ThreadPoolExecutor

from runtime.secrets import replace_secret, secret, secret_key


def test_a_secret_is_made_once_and_then_read(tmp_path):
    made = secret(tmp_path, "web")
    assert len(made) == 32
    assert secret(tmp_path, "web", "another") == made
    assert secret(tmp_path, "mail") != made


def test_a_secret_that_is_given_is_kept_from_its_first_use(tmp_path):
    assert secret(tmp_path, "web", "given") == "given"


def test_only_its_user_reads_a_secret(tmp_path):
    secret(tmp_path, "web")
    folder = tmp_path / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "web").stat().st_mode & 0o777 == 0o600


def test_several_starters_at_once_read_the_same(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _n: secret(tmp_path, "web"), range(32)))
    assert len(made) == 1
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["web"]


def test_a_replaced_secret_holds_from_now_on(tmp_path):
    replace_secret(tmp_path, "web", "first")
    replace_secret(tmp_path, "web", "second")
    assert secret(tmp_path, "web") == "second"


def test_the_key_of_signatures_is_long_and_its_own(tmp_path):
    key = secret_key(tmp_path)
    assert len(key) >= 50
    assert secret_key(tmp_path) == key
