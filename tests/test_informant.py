"""The informant is secret: nothing that a platform or another firm can read tells who complained.

A firm, its people and its complaint get words that occur nowhere else, an officer types them wherever officers type,
and everything that leaves is searched for them.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import workflow as casework
from cases.models import CaseNote, Complaint, SheetImport, Target
from corps.mail.compose import read
from corps.models import Delivery, Notification, User
from corps.search import find
from corps.workflow import store_file
from firms.models import Brand, Firm, Representative
from firms.workflow import register_firm
from listings.models import Listing
from notices import workflow
from notices.models import Notice, Objection
from stores.models import Store
from tests.notices.world import World, answer, issue, make_world
from tests.put_into import put_into
from tests.route_rules import ROUTES
from tests.routes import Route, every_route, rule_for

pytestmark = pytest.mark.django_db

NAME, SHORT, CODE = "缄默山房日用品有限公司", "缄默山房", "JMSF7"
ENGLISH = "Hushmount Daily Products Ltd"
PERSON, LOGIN, MAILBOX, PHONE = (
    "闻人守默",
    "rep-hushmount",
    "whistle@hushmount.example",
    "13911223344",
)
SUBJECT, SHEET_NAME = "缄默来函第77号", "缄默清单.csv"
REMARK, NOTE, TITLE = "缄默备注乙", "缄默记录丙", "缄默山房投诉某店案"
RECEIVED = date(2026, 2, 11)
SECRETS = [
    NAME,
    SHORT,
    CODE,
    ENGLISH,
    "Hushmount",
    PERSON,
    LOGIN,
    MAILBOX,
    PHONE,
    SUBJECT,
    SHEET_NAME,
    REMARK,
    NOTE,
    TITLE,
    "缄默",
    "2026-02-11",
    "2026年2月11日",
]
BRAND = "砚露"
LISTING, STORE = (
    "https://item.taobao.com/item.htm?id=600000000",
    "https://shop61234567.taobao.com/",
)
# Its title, its store's name and its remark name the firm; another names only the mark.
ROWS = [
    f"{LISTING}101,{STORE},{SHORT}举报店,{NAME}授权存疑 面膜,{REMARK}",
    f"{LISTING}102,,小店,{BRAND}面膜 5片,{REMARK}",
    f"{LISTING}103,,小店,{CODE} 面膜,{REMARK}",
    f"{LISTING}104,,小店,{PERSON} 面膜,{PERSON}",
    f"{LISTING}105,,小店,见 T2026-000001 面膜,{REMARK}",
]
SHEET = "\n".join(["商品链接,店铺链接,店铺名称,商品标题,备注", *ROWS]).encode()


@dataclass
class Told:
    """Everything that somebody outside could read: where it stood → its bytes as text."""

    places: dict[str, str] = field(default_factory=dict)

    def add(self, place: str, content: bytes | str) -> None:
        for name, text in _unpacked(place, content):
            self.places[name] = text

    def secrets(self, more: list[str]) -> list[tuple[str, str]]:
        """(place, word) of each secret word that stands somewhere."""
        found = []
        for place, text in self.places.items():
            for word in [*SECRETS, *more]:
                if word.casefold() in text.casefold():
                    found.append((place, word))
        return found


def _unpacked(place: str, content: bytes | str) -> Iterator[tuple[str, str]]:
    """A file with what is packed in it: a workbook's cells, names and properties."""
    if isinstance(content, str):
        yield place, content
        return
    if content[:2] != b"PK":
        yield place, content.decode("utf-8", "replace")
        return
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            yield (
                f"{place}/{name}",
                f"{name} {package.read(name).decode('utf-8', 'replace')}",
            )


@dataclass
class Scene:
    """A world in which a firm with a secret complained, and how far its notice has come."""

    world: World
    representative: User
    complaint: Complaint
    notice: Notice


def hand_in(
    firm: Firm, actor: User, subject: str, sheet: bytes, name: str, on: date
) -> Complaint:
    complaint, sheet_import = casework.submit_complaint(
        actor=actor,
        firm=firm,
        subject=subject,
        received_on=on,
        sheet=store_file(sheet, "text/csv"),
        sheet_name=name,
        needs_review=False,
    )
    assert sheet_import is not None
    casework.read_sheet(sheet_import.pk)
    casework.continue_registering(sheet_import.pk)
    return complaint


@pytest.fixture
def scene() -> Scene:
    """A complaint taken all the way: noticed, answered, checked, sent back, appealed, withdrawn, noted upon."""
    world = make_world()
    firm = world.firm
    firm.name, firm.short_name, firm.code, firm.name_en = NAME, SHORT, CODE, ENGLISH
    firm.save()
    Brand.objects.create(firm=firm, name=BRAND)
    person = User.objects.create(
        username=LOGIN,
        name=PERSON,
        email=MAILBOX,
        phone=PHONE,
        role="representative",
        password="!",
    )
    Representative.objects.create(user=person, firm=firm)
    complaint = hand_in(firm, person, SUBJECT, SHEET, SHEET_NAME, RECEIVED)
    assert Target.objects.filter(complaint=complaint).count() == len(ROWS)
    assert Store.objects.get().name == f"{SHORT}举报店"
    # As an officer who looked confirms it: the listing is in the store of that name.
    Listing.objects.filter(canonical_id="600000000101").update(
        store=Store.objects.get()
    )

    case = world.case
    casework.accept_complaint(complaint=complaint, actor=world.officer)
    casework.add_complaints(case=case, complaints=[complaint], actor=world.officer)
    casework.retitle_case(case=case, actor=world.officer, title=TITLE)
    casework.add_note(case=case, actor=world.officer, text=NOTE)
    assert CaseNote.objects.exists()
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    put_into(
        Delivery.objects, "sent", finished_at=timezone.now()
    )  # what is withdrawn now needs a letter
    workflow.withdraw_items(items=ids[4:], actor=world.officer, reason=f"{SHORT}撤回")
    answer(world, notice, items=ids[:2])
    answer(world, notice, "appealed", items=ids[2:3])
    workflow.verify_items(items=ids[:1], seen="gone", actor=world.officer2, note=NOTE)
    workflow.verify_items(
        items=ids[1:2], seen="live", actor=world.officer2, note=f"{SHORT}说还在"
    )
    objection = Objection.objects.get(target__items=ids[2])
    other = notice.items.get(pk=ids[3]).target
    workflow.lodge_objection(target=other, actor=world.officer, reason=f"{NAME}不服")
    workflow.accept_objection(objection=objection, actor=world.officer)
    workflow.decide_objection(
        objection=objection,
        actor=world.supervisor,
        upheld=False,
        reason=f"{SHORT}已说明",
    )
    notice.refresh_from_db()
    return Scene(world, person, complaint, notice)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def routes_for(role: str) -> list[Route]:
    """Where a role has business and something can be read."""
    found = [
        route for route in every_route() if role in (rule_for(route.name, ROUTES) or ())
    ]
    return [
        route
        for route in found
        if route.is_named and not route.name.startswith(("mfa_", "account_", "admin:"))
    ]


def read_routes(told: Told, user: User, things: dict[str, list]) -> int:
    """GET whatever a person may, each parameter with each of its values; how many pages were answered."""
    client, answered = client_of(user), 0
    for route in routes_for(user.role):
        for chosen in _choices(route, things):
            page = client.get(reverse(route.name, kwargs=chosen))
            body = b"".join(page.streaming_content) if page.streaming else page.content
            told.add(f"{route.name} {chosen}", body)
            told.add(f"{route.name} {chosen} headers", str(page.headers))
            answered += page.status_code == 200
    return answered


def _choices(route: Route, things: dict[str, list]) -> Iterator[dict[str, object]]:
    if not route.parameters:
        yield {}
        return
    missing = [name for name in route.parameters if name not in things]
    assert not missing, f"Say in `things` what {missing} of {route.name} may be."
    lots = [things[name] for name in route.parameters]
    for index in range(max(map(len, lots))):
        yield {
            name: lot[min(index, len(lot) - 1)]
            for name, lot in zip(route.parameters, lots, strict=True)
        }


def test_no_mail_tells_who_complained(scene: Scene):
    told = Told()
    deliveries = Delivery.objects.all()
    assert len(deliveries) > 1, "the letter, and that of what was withdrawn"
    for delivery in deliveries:
        reading = read(delivery)
        told.add(
            f"{delivery.pk} headers",
            "\n".join(f"{name}: {value}" for name, value in reading.headers),
        )
        told.add(f"{delivery.pk} text", reading.text)
        told.add(f"{delivery.pk} html", reading.html)
        for attachment in reading.attachments:
            told.add(f"{delivery.pk} name {attachment.name}", attachment.name)
            told.add(f"{delivery.pk} {attachment.name}", attachment.content)
        told.add(f"{delivery.pk} bytes", bytes(delivery.content))
    assert told.secrets([scene.complaint.number, scene.world.case.number]) == []
    texts = " ".join(told.places.values())
    assert scene.world.case.document_number in texts
    assert f"{BRAND}面膜 5片" in texts, "whose mark it is is no secret"
    assert "600000000101" in texts, (
        "what is asked for is named even where its title is withheld"
    )


def test_no_page_or_file_of_a_liaison_tells_who_complained(scene: Scene):
    told, liaison = Told(), scene.world.liaison
    things = {
        "number": [scene.notice.number],
        "kind": ["xlsx", "csv"],
        "pk": [scene.notice.pk],
        "key": ["notices"],
        "item": [scene.notice.items.all()[0].pk],
    }
    things["letter"] = [
        letter.number for letter in scene.notice.withdrawal_letters.all()
    ]
    assert things["letter"]
    assert read_routes(told, liaison, things) > 10
    client, page = client_of(liaison), scene.notice.get_absolute_url()
    for shown in ("open", "answered", "back", "stores", "all"):
        told.add(f"show={shown}", client.get(page, {"show": shown}).content)
    told.add(
        "answered", client.get(reverse("notices:desk"), {"show": "answered"}).content
    )
    for text in ("600000000101", "600000000103", scene.notice.number, "面膜"):
        told.add(
            f"search {text}",
            client.get(reverse("search"), {"q": text}, follow=True).content,
        )
        told.add(
            f"hits {text}",
            " ".join(
                f"{hit.label} {hit.note} {hit.url}" for hit in find(liaison, text)
            ),
        )
    assert told.secrets([scene.complaint.number, scene.world.case.number]) == []
    assert (
        scene.world.case.document_number
        in told.places["answered"] + told.places["notices:desk {}"]
    )


def test_no_answer_to_what_a_liaison_posts_tells_who_complained(scene: Scene):
    told, client, notice = Told(), client_of(scene.world.liaison), scene.notice
    ids = [str(pk) for pk in notice.items.values_list("pk", flat=True)]
    lines = "600000000101\n600000000103\n600000000999"
    told.add(
        "pick",
        client.post(
            reverse("notices:pick", args=[notice.number]), {"lines": lines}
        ).content,
    )
    first = client.post(
        reverse("notices:answer", args=[notice.number]),
        {"ids": ids, "outcome": "removed"},
    )
    told.add("answer", first.content)
    said = {
        "ids": ids,
        "outcome": "removed",
        "confirmed": "1",
        "token": first.context["form"]["token"].value(),
    }
    told.add(
        "result",
        client.post(
            reverse("notices:answer", args=[notice.number]), said, follow=True
        ).content,
    )
    sheet = client.get(reverse("notices:answers_sheet", args=[notice.number, "csv"]))
    filled = b"".join(sheet.streaming_content).decode().replace("https://", "1https://")
    upload = {"sheet": SimpleUploadedFile("answers.csv", filled.encode())}
    told.add(
        "upload",
        client.post(reverse("notices:answers", args=[notice.number]), upload).content,
    )
    body = json.dumps([{"item": int(pk), "outcome": "removed"} for pk in ids])
    replies = client.post(
        f"/api/v1/notices/{notice.number}/replies/",
        body,
        "application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert replies.status_code == 200
    told.add("replies", replies.content)
    assert told.secrets([scene.complaint.number, scene.world.case.number]) == []


def test_no_api_answer_and_no_notification_of_a_liaison_tells_who_complained(
    scene: Scene,
):
    told, liaison, notice = Told(), scene.world.liaison, scene.notice
    client = client_of(liaison)
    for address in ("/", f"/{notice.number}/", f"/{notice.number}/items/"):
        answered = client.get(f"/api/v1/notices{address}")
        assert answered.status_code == 200
        told.add(address, answered.content)
    for line in Notification.objects.filter(user__role="liaison"):
        told.add(f"notification {line.pk}", f"{line.text} {line.url}")
    assert told.secrets([scene.complaint.number, scene.world.case.number]) == []


def test_no_page_of_another_firm_tells_who_complained_before(scene: Scene):
    """It named the same listings, in a complaint of its own."""
    admin = User.objects.create(
        username="admin", name="admin", role="administrator", password="!"
    )
    other = register_firm(
        actor=admin,
        code="HYS",
        name="禾曜衡生物科技有限公司",
        short_name="禾曜衡",
        uscc="91311912MAUHTHKE31",
    )
    person = User.objects.create(
        username="rep-hys", name="代表", role="representative", password="!"
    )
    Representative.objects.create(user=person, firm=other)
    rows = [
        "商品链接,店铺名称,商品标题,备注",
        *(re.sub(",.*", ",店,面膜,再报", row) for row in ROWS),
    ]
    complaint = hand_in(
        other, person, "禾曜衡来函", "\n".join(rows).encode(), "h.csv", date(2026, 3, 3)
    )
    sheet_import = SheetImport.objects.get(complaint=complaint)
    told = Told()
    things = {
        "number": [complaint.number, scene.complaint.number],
        "key": ["named"],
        "pk": [sheet_import.pk, SheetImport.objects.get(complaint=scene.complaint).pk],
        "kind": ["xlsx", "csv"],
    }
    assert read_routes(told, person, things) > 5
    client = client_of(person)
    for show in ("all", "ready", "look", "repeat"):
        told.add(
            f"rows {show}",
            client.get(
                reverse("cases:import", args=[sheet_import.pk]), {"show": show}
            ).content,
        )
    told.add("api rows", client.get(f"/api/v1/imports/{sheet_import.pk}/rows/").content)
    found = told.secrets([scene.world.case.number])
    # The address of what is not there is said back to whoever asked for it.
    assert found == []


def test_a_case_is_proposed_to_be_called_by_the_act_and_never_by_the_firm(scene: Scene):
    world = scene.world
    complaint = hand_in(
        world.firm, scene.representative, "又一封", SHEET, "b.csv", RECEIVED
    )
    casework.accept_complaint(complaint=complaint, actor=world.officer)
    page = client_of(world.officer).get(
        reverse("cases:case_new"), {"complaint": complaint.number}
    )
    title = page.context["form"]["title"].value()
    assert re.fullmatch(r"涉嫌.+线索（\d{4}年第\d+批）", title)
    assert SHORT not in title


# Pages that show a sheet as it came in, or the letter as it left: whose words these are is what they are about.
WORDS_OF_ROWS = (
    "cases:import",
    "cases:complaint",
    "notices:letter",
    "notices:compose",
    "notices:sheet",
)


def test_whatever_page_of_the_corps_shows_a_rows_title_says_that_it_is_claimed(
    scene: Scene,
):
    target = Target.objects.get(listing__canonical_id="600000000102")
    title = target.listing.title
    answer(
        scene.world, scene.notice, items=list(target.items.values_list("pk", flat=True))
    )
    things = {
        "number": [scene.world.case.number, scene.notice.number],
        "pk": [target.pk, target.listing_id],
    }
    client, shown = client_of(scene.world.officer2), []
    for route in routes_for("officer"):
        if (
            not things.keys() >= set(route.parameters)
            or route.name.startswith(WORDS_OF_ROWS)
            or route.is_api
        ):
            continue
        for values in (
            {"number": number, "pk": pk}
            for number in things["number"]
            for pk in things["pk"]
        ):
            page = client.get(
                reverse(
                    route.name, kwargs={name: values[name] for name in route.parameters}
                )
            )
            text = (
                ""
                if page.streaming or page.status_code != 200
                else page.content.decode()
            )
            if title in text:
                shown.append((route.name, "所称" in text))
    assert len({name for name, _said in shown}) > 5
    assert {name for name, said in shown if not said} == set()
