"""Work table and items on paper: every row that the filter leaves, or how many of how many."""

from django.urls import reverse

from cases.models import Target
from cases.views import printing
from listings.models import Listing
from notices.views import printing as notice_printing
from tests.notices.world import add_targets, issue


def test_all_rows_that_match_are_printed_with_title_and_whole_id_and_no_box(
    officer, world, monkeypatch
):
    targets = add_targets(world, 60)
    long_id = "892507682b16f32978606c9b"
    Listing.objects.filter(pk=targets[0].listing_id).update(
        canonical_id=long_id, title="玻尿酸面膜 100ml"
    )
    Target.objects.filter(pk=targets[1].pk).update(seen="live")
    address = reverse("cases:case_print", args=[world.case.number])
    page = officer.get(world.case.get_absolute_url()).content.decode()
    assert f'href="{address}?"' in page
    sheet = officer.get(address).content.decode()
    assert [
        sheet.count(words)
        for words in ("<td>玻尿酸面膜 100ml</td>", f"<td>{long_id}</td>")
    ] == [1, 1]
    assert "共 60 行" in sheet
    assert "checkbox" not in sheet
    assert officer.get(f"{address}?seen=live").context["total"] == 1
    monkeypatch.setattr(printing, "MOST_PRINTED", 50)
    assert "共 60 行，此处打印前 50 行" in officer.get(address).content.decode()


def test_items_of_a_notice_are_printed_whole_too_and_only_to_who_may_see_it(
    officer, world, monkeypatch
):
    add_targets(world, 60)
    [notice] = issue(world)
    address = reverse("notices:print", args=[notice.number])
    assert address in officer.get(notice.get_absolute_url()).content.decode()
    sheet = officer.get(address)
    assert len(sheet.context["items"]) == 60
    assert "共 60 行" in sheet.content.decode()
    assert officer.get(f"{address}?state=verified").context["total"] == 0
    monkeypatch.setattr(notice_printing, "MOST_PRINTED", 50)
    assert "共 60 行，此处打印前 50 行" in officer.get(address).content.decode()
    officer.force_login(world.stranger)
    assert officer.get(address).status_code == 404
    assert (
        officer.get(reverse("cases:case_print", args=[world.case.number])).status_code
        == 404
    )
