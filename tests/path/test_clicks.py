"""How many clicks the path from a file to submitted letters takes, over all persons; filing is not counted."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases import workflow
from cases.models import Case, SheetImport
from notices.models import Notice
from stores.models import Liaison, Platform
from tests.notices.world import make_world
from tests.path.clicks import Person

MOST_CLICKS = 12
ADDRESSES = {
    "淘宝": "https://item.taobao.com/item.htm?id=6550000000{:02}",
    "京东": "https://item.jd.com/1000120439{:02}.html",
    "拼多多": "https://mobile.yangkeduo.com/goods.html?goods_id=5501704451{:02}",
}


def sheet_of_sixty() -> bytes:
    """Sixty rows of three platforms; in some only the number of the listing stands, in one a short link."""
    rows = ["平台,商品链接,商品标题,侵权类型"]
    for number in range(60):
        platform = list(ADDRESSES)[number % 3]
        address = ADDRESSES[platform].format(number)
        if number in (3, 21, 39):
            address = f"商品编号6560000000{number:02}"
        if number == 40:
            address = "https://u.jd.com/mAPvq3d"
        rows.append(f"{platform},{address},面膜{number},假冒注册商标")
    return "\n".join(rows).encode()


@pytest.mark.django_db
def test_sixty_rows_from_a_file_to_submitted_letters_take_at_most_twelve_clicks():
    world = make_world()
    world.case.delete()
    pdd = Platform.objects.create(slug="pdd", name="拼多多")
    Liaison.objects.create(
        platform=pdd, name="林", email="liaison@pdd.example", duty="primary"
    )
    officer = Person(world.officer)

    officer.opens("/")
    officer.follows(reverse("cases:complaint_new"))
    name = "澄溪岚 侵权商品清单.csv"
    officer.chooses_file("sheet", SimpleUploadedFile(name, sheet_of_sixty()))
    officer.is_proposed(f"{reverse('cases:complaint_guess')}?name={name}")
    officer.presses()
    sheet_import = SheetImport.objects.get()
    workflow.read_sheet(
        sheet_import.pk
    )  # as a worker does; the page comes anew by itself
    officer.opens(reverse("cases:import_sheet", args=[sheet_import.pk]))
    officer.follows(reverse("cases:import", args=[sheet_import.pk]))
    officer.presses("act", "proposals")
    officer.follows(reverse("cases:import_take_up", args=[sheet_import.pk]))
    officer.chooses("ground", world.ground.pk)
    officer.chooses("second", world.officer2.pk)
    officer.presses()
    workflow.continue_registering(sheet_import.pk)
    case = Case.objects.get()
    assert case.targets.count() == 59

    Case.objects.update(opened_by=world.officer)
    world.supervisor.duties = ["head_of_department"]
    world.supervisor.save()
    workflow.file_case(case=case, actor=world.supervisor)

    officer.opens("/")
    officer.follows(reverse("notices:compose", args=[case.number]))
    officer.presses(action=reverse("notices:draft", args=[case.number]))
    officer.presses("act", "submit_all")
    assert sorted(Notice.objects.values_list("state", "platform__slug")) == [
        ("submitted", "jd"),
        ("submitted", "pdd"),
        ("submitted", "taobao"),
    ]
    assert officer.clicks <= MOST_CLICKS, officer.clicks
