"""Reading a campaign folder: whatever the form, and clear words for what is not right."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.folder import FolderError, read_folder

SMALL = Path(__file__).parent / "data" / "small"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small campaign to be spoilt."""
    return Path(shutil.copytree(SMALL, tmp_path / "小 campaign"))


@pytest.fixture
def rewrite(folder: Path) -> Callable[[str, Callable[[str], str]], None]:
    def change(name: str, how: Callable[[str], str]) -> None:
        path = folder / name
        path.write_text(how(path.read_text(encoding="utf-8")), encoding="utf-8")

    return change


def test_the_small_campaign_is_read_whole():
    read = read_folder(SMALL)
    assert (
        len(read.platforms),
        len(read.firms),
        len(read.accounts),
        len(read.arrivals),
    ) == (3, 3, 6, 5)
    assert (len(read.answers), len(read.checks), len(read.objections)) == (127, 102, 7)
    assert read.rounds == [1, 2, 3, 4]
    assert (read.campaign.reply_working_days, read.campaign.check_working_days) == (
        20,
        10,
    )


def test_order_of_columns_byte_order_mark_and_empty_lines_make_no_difference(
    rewrite, folder: Path
):
    rewrite(
        "platforms.csv",
        lambda text: "\ufeff" + "\n".join(_turned(text.splitlines())) + "\n\n,,\n",
    )
    assert read_folder(folder).platforms == read_folder(SMALL).platforms


def test_a_strange_line_break_in_a_cell_ends_no_line(rewrite, folder: Path):
    rewrite(
        "replies.csv",
        lambda text: text.replace("已按通知断开链接", "已按通知\u2028断开\x0c链接", 1),
    )
    read = read_folder(folder)
    assert len(read.answers) == 127
    assert "已按通知\u2028断开\x0c链接" in [reply.remark for reply in read.answers]


def test_an_official_account_may_be_on_a_platform_that_takes_no_part(
    rewrite, folder: Path
):
    rewrite(
        "official_accounts.csv",
        lambda text: (
            text + "CXT,weidian,官方微店,https://weidian.com/?userid=1398745599\n"
        ),
    )
    assert read_folder(folder).accounts[-1].platform == "weidian"


def _turned(lines: list[str]) -> list[str]:
    return [",".join(reversed(line.split(","))) for line in lines]


def test_lengths_may_be_left_out_of_the_campaign(rewrite, folder: Path):
    def without(text: str) -> str:
        facts = json.loads(text)
        del facts["reply_working_days"], facts["name_en"]
        return json.dumps(facts | {"check_working_days": None})

    rewrite("campaign.json", without)
    campaign = read_folder(folder).campaign
    assert (
        campaign.reply_working_days,
        campaign.check_working_days,
        campaign.name_en,
    ) == (
        None,
        None,
        "",
    )


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("campaign.json", lambda text: text[:-3], "campaign.json, line "),
        (
            "campaign.json",
            lambda text: text.replace("opens", "begins"),
            "campaign.json: opens is missing",
        ),
        (
            "replies.csv",
            lambda text: text.replace("1,pdd,", "1,amazon,", 1),
            "platform amazon is not registered",
        ),
        (
            "replies.csv",
            lambda text: text.replace(",removed,", ",vanished,", 1),
            "replies.csv, line 2: outcome is 'vanished'",
        ),
        (
            "replies.csv",
            lambda text: text.replace("+08:00", "", 1),
            "replies.csv, line 2: at is ",
        ),
        (
            "checks.csv",
            lambda text: text.replace("round,", "turn,", 1),
            "checks.csv, line 2: the column round is missing",
        ),
        (
            "checks.csv",
            lambda text: text.replace("1,", "one,", 1),
            "checks.csv, line 2: round is 'one'",
        ),
        ("firms.csv", lambda text: "", "firms.csv has no head line"),
        (
            "liaisons.csv",
            lambda text: text.replace("primary", "backup"),
            "has no primary liaison",
        ),
        (
            "official_accounts.csv",
            lambda text: text.replace(",jd,", ",jingdong,", 1),
            "mall.jd.com/index-176260.html?utm_source=kong is no store of jingdong",
        ),
        (
            "complaints/arrivals.csv",
            lambda text: text.replace("CXT-01.xlsx", "CXT-99.xlsx"),
            "CXT-99.xlsx is not there",
        ),
    ],
)
def test_what_is_not_right_is_named_with_its_place(
    rewrite, folder: Path, name: str, how, said: str
):
    rewrite(name, how)
    with pytest.raises(FolderError) as wrong:
        read_folder(folder)
    assert said in str(wrong.value)


def test_a_missing_file_and_one_in_another_encoding_are_named(folder: Path):
    (folder / "checks.csv").write_bytes("轮次".encode("gb18030"))
    with pytest.raises(FolderError, match=r"checks\.csv is not in UTF-8"):
        read_folder(folder)
    (folder / "checks.csv").unlink()
    with pytest.raises(FolderError, match=r"checks\.csv is missing"):
        read_folder(folder)
    with pytest.raises(FolderError, match="is not a folder"):
        read_folder(folder / "checks.csv")
