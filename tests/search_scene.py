"""A world to search in: two firms that complained, a letter answered and checked, a case that others handle."""

from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from cases import workflow as casework
from cases.models import Case, CaseNote, Complaint
from corps import search
from corps.models import User
from corps.search import Query
from corps.workflow import store_file
from firms.models import Brand, Firm, Representative
from notices import workflow
from notices.models import Notice
from stores.models import Liaison, Store
from tests.accounts import register_official_account
from tests.notices.world import World, issue, make_world

ITEM = "https://item.taobao.com/item.htm?id="
MASK, CREAM, OTHER = "554608137663", "554608200001", "771000000001"
HEAD = "商品链接,店铺名称,商品标题,品牌,备注"
OWN_ROWS = [
    f"{ITEM}{MASK},顺达小店,玻尿酸补水面膜 5片,HEYORA,货号甲七",
    f"{ITEM}{CREAM},栖木杂货,胶原蛋白眼霜 100ml,澄溪岚,",
    "没有链接,只在行里的店,散装面膜,,",
]
OTHER_ROWS = [
    f"{ITEM}{MASK},别家叫法,禾家所写标题,,密语乙",
    f"{ITEM}{OTHER},禾记,禾家另一件面膜,,",
]
HIDDEN = "隐秘柒号"


@dataclass
class Scene:
    """A world with two firms that complained, a letter answered and checked, and a case that others handle."""

    world: World
    people: dict[str, User]
    notice: Notice
    complaints: list[Complaint]

    def finds(self, login: str, text: str) -> dict[str, list[str]]:
        """What a person finds: kind → labels."""
        sections = search.overview(self.people[login], Query.read(text))
        return {
            section.kind.key: [hit.label for hit in section.hits]
            for section in sections
        }


def hand_in(
    firm: Firm, actor: User, subject: str, name: str, rows: list[str]
) -> Complaint:
    complaint, sheet_import = casework.submit_complaint(
        actor=actor,
        firm=firm,
        subject=subject,
        received_on=timezone.localdate(),
        sheet=store_file("\n".join([HEAD, *rows]).encode(), "text/csv"),
        sheet_name=name,
        needs_review=False,
    )
    assert sheet_import is not None
    casework.read_sheet(sheet_import.pk)
    casework.continue_registering(sheet_import.pk)
    return complaint


def representative(login: str, name: str, firm: Firm) -> User:
    person = User.objects.create(
        username=login, name=name, role="representative", password="!"
    )
    Representative.objects.create(user=person, firm=firm)
    return person


def make_scene() -> Scene:
    """Everything handed in, opened, answered and checked by the verbs."""
    world = make_world()
    User.objects.filter(pk=world.officer.pk).update(name="陆一鸣")
    Liaison.objects.filter(user=world.liaison).update(name="方桐涵")
    other = Firm.objects.create(
        code="HYS", name="禾曜衡", short_name="禾曜衡", uscc="91311912MAUHTHKE31"
    )
    Brand.objects.create(firm=world.firm, name="HEYORA")
    own, others = (
        representative("firm-CXT", "甲代表", world.firm),
        representative("firm-HYS", "乙代表", other),
    )
    complaint = hand_in(world.firm, own, "三月来函", "CXT-04.csv", OWN_ROWS)
    second = hand_in(other, others, "禾家来函", "HYS-01.csv", OTHER_ROWS)
    casework.accept_complaint(complaint=complaint, actor=world.officer)
    casework.add_complaints(
        case=world.case, complaints=[complaint], actor=world.officer
    )
    casework.add_note(case=world.case, actor=world.officer, text="已与平台通话丙")
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    replies = [workflow.Reply(ids[0], "removed", item=ids[0], remark="已处理丁")]
    workflow.answer_items(notice=notice, replies=replies, actor=world.liaison)
    workflow.verify_items(
        items=ids[:1], seen="gone", actor=world.officer2, note="页面已空戊"
    )
    register_official_account(
        firm=world.firm, platform=world.platform, site="taobao", canonical_id="100200300",
        url="https://shop100200300.taobao.com/", name="澄溪岚旗舰店", actor=world.officer,
    )  # fmt: skip
    unit = world.stranger.unit
    assert unit is not None
    hidden = Case.objects.create(
        number="C2026-000077", document_number="沪市监总队立〔2026〕77号", title=HIDDEN, firm=world.firm, unit=unit,
        state="filed", opened_by=world.stranger, opened_at=world.case.opened_at, filed_at=world.case.opened_at,
    )  # fmt: skip
    CaseNote.objects.create(
        case=hidden, author=world.stranger, text=f"{HIDDEN}记录", at=hidden.opened_at
    )
    Store.objects.create(
        platform=world.platform,
        canonical_id="61234567",
        site="taobao",
        url="x",
        name="顺达小店总店",
    )
    admin = User.objects.create(
        username="admin", name="管理员", role="administrator", password="!"
    )
    auditor = User.objects.create(
        username="auditor", name="审计员", role="auditor", password="!"
    )
    people = {
        person.username: person
        for person in (world.officer, world.stranger, world.liaison, own, others)
    }
    return Scene(
        world,
        people | {"admin": admin, "auditor": auditor},
        notice,
        [complaint, second],
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def what_the_corps_finds(scene: Scene) -> list[tuple[str, str, dict[str, list[str]]]]:
    """(person, text, kind → labels), exactly."""
    mask, cream = "玻尿酸补水面膜 5片", "胶原蛋白眼霜 100ml"
    mask_row, cream_row = f"{mask} · 顺达小店 · 货号甲七", f"{cream} · 栖木杂货"
    loose_row = "散装面膜 · 只在行里的店"
    number, document = scene.notice.number, scene.notice.document_number
    case = scene.world.case.title
    all_kinds = {"listings": [mask], "rows": [mask_row]}
    named_mask = {
        "listings": [mask],
        "rows": ["禾家所写标题 · 别家叫法 · 密语乙", mask_row],
    }
    by_code = {
        "complaints": ["禾家来函"],
        "firms": ["禾曜衡"],
        "representatives": ["乙代表"],
        "sheets": ["HYS-01.csv"],
    }
    return [
        # Words in any order, in any field, in any case, as wide as they like.
        ("officer", "面膜 玻尿酸", all_kinds),
        ("officer", "heyora 面膜", all_kinds),
        ("officer", "ＨＥＹＯＲＡ　５片", all_kinds),
        ("officer", "澄溪岚 100ml", {"listings": [cream], "rows": [cream_row]}),
        ("officer", "面膜 眼霜", {}),
        ("officer", "5片", all_kinds),
        # How an id begins, and its name in the API.
        ("officer", "5546081", named_mask),
        ("officer", "55460", {"listings": [cream, mask]}),
        ("officer", f"taobao/listing/{MASK}", named_mask),
        ("officer", f"{ITEM}{MASK}&spm=a.b", named_mask),
        ("officer", "１００２００", {"official": ["澄溪岚旗舰店"]}),
        ("officer", "6123", {"stores": ["顺达小店总店"]}),
        ("officer", "4608137663", {}),
        # Names of stores, also of those that stand in rows alone.
        ("officer", "只在行里", {"rows": [loose_row]}),
        ("officer", "小店 总店", {"stores": ["顺达小店总店"]}),
        # Numbers as people say them.
        ("officer", "C2026-1", {"cases": [case]}),
        ("officer", "c2026000001", {"cases": [case]}),
        ("officer", "1号案", {"cases": [case]}),
        ("officer", "2号来函", {"complaints": ["禾家来函"]}),
        ("officer", number.replace("-", ""), {"notices": [document]}),
        ("officer", document, {"notices": [document]}),
        ("officer", "协查〔2026〕1号", {"notices": [document]}),
        ("officer", "立2026年1号", {"cases": [case]}),
        (
            "officer",
            "1号",
            {"cases": [case], "complaints": ["三月来函"], "notices": [document]},
        ),
        ("officer", "9号", {}),
        # People, files, firms, notes and remarks.
        ("officer", "陆一鸣", {"cases": [case], "colleagues": ["陆一鸣"]}),
        ("officer", "方桐涵", {"liaisons": ["方桐涵"]}),
        ("officer", "甲代表", {"representatives": ["甲代表"]}),
        ("officer", "CXT-04", {"sheets": ["CXT-04.csv"]}),
        ("officer", "hys", by_code),
        ("officer", "货号甲七", {"rows": [mask_row]}),
        ("officer", "通话丙", {"notes": ["已与平台通话丙"]}),
        ("officer", "处理丁", {"answers": ["已处理丁"]}),
        ("officer", "已空戊", {"checks": ["页面已空戊"]}),
        # Another unit's.
        ("officer", HIDDEN, {}),
        ("officer", "C2026-77", {}),
        ("officer", "77号案", {}),
        ("officer3", HIDDEN, {"cases": [HIDDEN], "notes": [f"{HIDDEN}记录"]}),
        ("officer3", "已空戊", {}),
        ("officer3", number, {}),
    ]


def what_others_find(scene: Scene) -> list[tuple[str, str, dict[str, list[str]]]]:
    """The same for firms, platforms, administrators and auditors."""
    mask, cream = "玻尿酸补水面膜 5片", "胶原蛋白眼霜 100ml"
    mask_row, loose_row = f"{mask} · 顺达小店 · 货号甲七", "散装面膜 · 只在行里的店"
    document = scene.notice.document_number
    return [
        # A firm its own words and files, and what became of them; nothing of another.
        ("firm-CXT", "补水 玻尿酸", {"named": [mask], "rows": [mask_row]}),
        ("firm-CXT", "55460", {"named": [cream, mask]}),
        ("firm-CXT", "1号", {"complaints": ["三月来函"]}),
        ("firm-CXT", "CXT", {"sheets": ["CXT-04.csv"]}),
        ("firm-CXT", "只在行里", {"rows": [loose_row]}),
        ("firm-CXT", OTHER, {}),
        ("firm-CXT", "禾家", {}),
        ("firm-CXT", "密语乙", {}),
        ("firm-CXT", "HYS", {}),
        ("firm-CXT", "旗舰店", {}),
        ("firm-CXT", "处理丁", {}),
        ("firm-CXT", "通话丙", {}),
        ("firm-CXT", "陆一鸣", {}),
        (
            "firm-HYS",
            MASK,
            {"named": ["禾家所写标题"], "rows": ["禾家所写标题 · 别家叫法 · 密语乙"]},
        ),
        ("firm-HYS", "玻尿酸", {}),
        ("firm-HYS", "HEYORA", {}),
        ("firm-HYS", "2号来函", {"complaints": ["禾家来函"]}),
        ("firm-HYS", "1号来函", {}),
        # A liaison what letters to the own platform say: not the firm, whose own words a title may hold.
        ("liaison-taobao", "玻尿酸", {"items": [mask]}),
        ("liaison-taobao", "55460", {"items": [cream, mask]}),
        ("liaison-taobao", "1号函", {"notices": [document]}),
        ("liaison-taobao", "处理丁", {"answers": ["已处理丁"]}),
        ("liaison-taobao", "已空戊", {}),
        ("liaison-taobao", "CXT", {}),
        ("liaison-taobao", "顺达", {}),
        ("liaison-taobao", OTHER, {}),
        # Administrators what they keep, and no case.
        ("admin", "方桐涵", {"liaisons": ["方桐涵"]}),
        ("admin", "officer3", {"accounts": ["officer3"]}),
        ("admin", "淘宝", {"platforms": ["淘宝天猫"]}),
        (
            "admin",
            "CXT",
            {
                "accounts": ["甲代表"],
                "firms": ["澄溪岚堂"],
                "representatives": ["甲代表"],
            },
        ),
        ("admin", "二支队", {"units": ["二支队"]}),
        ("admin", "工作日历", {"pages": ["工作日历"]}),
        ("admin", "玻尿酸", {}),
        ("admin", "C2026-1", {}),
        # Auditors the audit.
        ("auditor", "陆一鸣", {"people": ["陆一鸣"]}),
        ("auditor", "C2026-1", {"things": ["C2026-000001"]}),
        ("auditor", "C2026-77", {}),
        ("auditor", "玻尿酸", {}),
    ]
