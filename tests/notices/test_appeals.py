"""An answer “appealed” opens an objection by itself, which leads back to open or withdrawn by its decision."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import CaseOfficer
from corps.audit.origin import audit_origin
from corps.errors import TransitionRefused
from corps.models import AuditEntry, Notification
from notices import workflow
from notices.models import Notice, NoticeItem, Objection
from tests import papers
from tests.notices.world import World, add_targets, answer, issue

pytestmark = pytest.mark.django_db


def appeal(world: World, notice: Notice, remark: str = "店主称已获授权") -> list:
    """Everything open in the notice is answered “appealed” in one go."""
    replies = [
        workflow.Reply(pk, "appealed", item=pk, remark=remark)
        for pk in notice.items.filter(state="open").values_list("pk", flat=True)
    ]
    return workflow.answer_items(notice=notice, replies=replies, actor=world.liaison)


@pytest.fixture
def appealed(world: World) -> Notice:
    """A notice of three listings, all answered “appealed”."""
    add_targets(world, 3)
    [notice] = issue(world)
    appeal(world, notice)
    return notice


class TestOpening:
    def test_each_item_has_an_objection_with_the_words_that_came(self, world, appealed):
        objections = list(Objection.objects.order_by("item"))
        assert [one.item_id for one in objections] == list(
            appealed.items.order_by("pk").values_list("pk", flat=True)
        )
        assert {
            (one.state, one.reason, one.lodged_by, one.case, one.is_appeal)
            for one in objections
        } == {("lodged", "店主称已获授权", world.liaison, world.case, True)}
        assert (
            AuditEntry.objects.filter(
                verb="objection.lodged", subject_id=objections[0].pk
            ).count()
            == 1
        )

    def test_the_statements_stay_the_same_whatever_the_number(self, world):
        counts = {}
        for number in (3, 60):
            add_targets(world, number)
            [notice] = issue(world)
            with CaptureQueriesContext(connection) as queries:
                appeal(world, notice)
            counts[number] = len(queries)
        assert counts[60] <= counts[3]
        assert Objection.objects.count() == 63

    def test_one_that_is_undecided_is_joined_and_no_second_opened(self, world):
        [target] = add_targets(world, 1)
        [notice] = issue(world)
        mine = workflow.lodge_objection(
            target=target, actor=world.officer, reason="来信称误报"
        )
        appeal(world, notice)
        objection = Objection.objects.get()
        assert (objection.pk, objection.item, objection.reason) == (
            mine.pk,
            notice.items.get(),
            "来信称误报",
        )
        assert (
            AuditEntry.objects.about(objection).filter(verb="objection.joined").count()
            == 1
        )

    def test_other_answers_open_none(self, world):
        add_targets(world, 1)
        [notice] = issue(world)
        answer(world, notice, "refused")
        assert not Objection.objects.exists()

    def test_an_answer_recorded_on_behalf_opens_one_as_well(self, world):
        from corps.workflow import store_file

        add_targets(world, 1)
        [notice] = issue(world)
        item = notice.items.get()
        workflow.answer_items(
            notice=notice,
            replies=[workflow.Reply(1, "appealed", item=item.pk)],
            actor=world.officer,
            document=store_file(b"%PDF-1.4", "application/pdf"),
        )
        assert (Objection.objects.get().item, Objection.objects.get().reason) == (
            item,
            "",
        )

    def test_officers_and_deciding_supervisors_are_told_once(self, world):
        CaseOfficer.objects.create(
            case=world.case,
            officer=world.officer,
            is_lead=True,
            since=world.case.opened_at,
        )
        add_targets(world, 3)
        [notice] = issue(world)
        Notification.objects.all().delete()
        appeal(world, notice)
        told = Notification.objects.filter(event="appeal.given").values_list(
            "user__username", "count"
        )
        assert sorted(told) == [("officer", 3), ("supervisor", 3), ("supervisor2", 3)]

    def test_a_replay_tells_nobody(self, world):
        add_targets(world, 1)
        [notice] = issue(world)
        with audit_origin(channel="replay", replay="replay:7"):
            appeal(world, notice)
        assert Objection.objects.exists()
        assert not Notification.objects.filter(event="appeal.given").exists()


class TestDecided:
    def decide(self, world: World, upheld: bool) -> list:
        ids = list(Objection.objects.order_by("pk").values_list("pk", flat=True))
        workflow.accept_objections(objections=ids, actor=world.officer)
        return workflow.decide_objections(
            objections=ids, actor=world.supervisor, upheld=upheld, reason="核实"
        )

    def test_dismissed_its_item_is_open_again_and_the_liaison_told(
        self, world, appealed
    ):
        assert all(result.ok for result in self.decide(world, upheld=False))
        assert set(appealed.items.values_list("state", flat=True)) == {"open"}
        assert Notification.objects.filter(
            user=world.liaison, event="objection.decided", subject_id=appealed.pk
        ).exists()

    def test_upheld_its_item_is_withdrawn(self, world, appealed):
        self.decide(world, upheld=True)
        assert set(appealed.items.values_list("state", flat=True)) == {"withdrawn"}
        assert {target.state for target in world.case.targets.all()} == {"restored"}
        assert set(Objection.objects.values_list("state", flat=True)) == {"upheld"}

    def test_decided_already_says_who_and_when(self, world, appealed):
        self.decide(world, upheld=False)
        ids = list(Objection.objects.values_list("pk", flat=True))
        again = workflow.decide_objections(
            objections=ids, actor=world.supervisor2, upheld=True, reason="核实"
        )
        assert {result.code for result in again} == {"already-decided"}
        assert all("supervisor" in str(result.message) for result in again)
        assert set(Objection.objects.values_list("state", flat=True)) == {"dismissed"}

    def test_whoever_lodged_one_does_not_decide_it_but_the_others(
        self, world, appealed
    ):
        first = Objection.objects.order_by("pk")[0]
        Objection.objects.filter(pk=first.pk).update(lodged_by=world.supervisor)
        results = self.decide(world, upheld=True)
        assert [result.code for result in results] == ["own-objection", "", ""]
        assert NoticeItem.objects.filter(state="appealed").count() == 1

    def test_a_single_one_that_nobody_took_up_is_not_upheld(self, world, appealed):
        with pytest.raises(TransitionRefused, match="already-decided"):
            workflow.decide_objection(
                objection=Objection.objects.all()[0],
                actor=world.supervisor,
                upheld=True,
                reason="核实",
            )

    def test_strangers_decide_none(self, world, appealed):
        ids = list(Objection.objects.values_list("pk", flat=True))
        results = workflow.accept_objections(objections=ids, actor=world.stranger)
        assert {result.code for result in results} == {"unknown"}

    def test_the_statements_stay_the_same_whatever_the_number(self, world):
        counts = {}
        for number in (2, 60):
            add_targets(world, number)
            [notice] = issue(world)
            appeal(world, notice)
            ids = list(
                Objection.objects.filter(item__notice=notice).values_list(
                    "pk", flat=True
                )
            )
            workflow.accept_objections(objections=ids, actor=world.officer)
            with CaptureQueriesContext(connection) as queries:
                workflow.decide_objections(
                    objections=ids, actor=world.supervisor, upheld=True, reason="核实"
                )
            counts[number] = len(queries)
        assert counts[60] <= counts[2]


class TestTakenBack:
    def test_taking_the_answer_back_withdraws_the_objection(self, world, appealed):
        items = list(appealed.items.values_list("pk", flat=True))
        workflow.accept_objection(
            objection=Objection.objects.all()[0], actor=world.officer
        )
        workflow.retract_answers(notice=appealed, items=items, actor=world.liaison)
        assert set(Objection.objects.values_list("state", flat=True)) == {"withdrawn"}
        assert set(appealed.items.values_list("state", flat=True)) == {"open"}
        appeal(world, appealed)
        assert Objection.objects.filter(state="lodged").count() == 3

    def test_one_that_an_officer_lodged_stays(self, world):
        [target] = add_targets(world, 1)
        [notice] = issue(world)
        mine = workflow.lodge_objection(
            target=target, actor=world.officer, reason="来信称误报"
        )
        appeal(world, notice)
        workflow.retract_answers(
            notice=notice, items=[notice.items.get().pk], actor=world.liaison
        )
        mine.refresh_from_db()
        assert (mine.state, mine.item) == ("lodged", None)

    @pytest.mark.parametrize(
        ("is_counted", "becomes"), [(False, "withdrawn"), (True, "lodged")]
    )
    def test_withdrawing_its_item_leaves_only_an_objection_to_what_counts(
        self, world, is_counted, becomes
    ):
        [target] = add_targets(world, 1)
        if is_counted:
            [first] = issue(world)
            answer(world, first)
            workflow.verify_items(
                items=[first.items.get().pk], seen="gone", actor=world.officer2
            )
            workflow.check_again(targets=[target.pk], seen="live", actor=world.officer2)
        [notice] = issue(world)
        appeal(world, notice)
        workflow.withdraw_items(
            items=[notice.items.get().pk], actor=world.officer, reason="误发"
        )
        assert Objection.objects.get().state == becomes


class TestPages:
    def test_it_stands_on_the_officers_home_and_in_the_inbox_and_list(
        self, world, appealed, client: Client
    ):
        client.force_login(world.officer)
        home = client.get("/").content.decode()
        assert (
            f"/notices/objections/?case={appealed.case.number}&amp;state=lodged" in home
        )
        client.force_login(world.supervisor)
        number = Objection.objects.order_by("lodged_at", "pk")[0].number
        assert number in client.get("/notices/approvals/").content.decode()
        assert (
            f"/notices/objections/?case={appealed.case.number}&amp;state=open"
            in client.get("/").content.decode()
        )
        page = client.get(
            f"/notices/objections/?notice={appealed.number}"
        ).content.decode()
        assert page.count("/notices/objections/O") >= 3
        assert (
            "/notices/objections/O"
            not in client.get("/notices/objections/?notice=N2020-1").content.decode()
        )

    def test_its_page_says_who_passed_it_on_and_names_the_item(
        self, world, appealed, client: Client
    ):
        client.force_login(world.supervisor)
        objection = Objection.objects.order_by("pk")[0]
        page = client.get(f"/notices/objections/{objection.number}/").content.decode()
        assert "店主称已获授权" in page
        assert appealed.document_number in page

    def test_the_liaison_says_who_objects_and_when_and_the_objections_page_shows_it(
        self, world, client: Client
    ):
        add_targets(world, 2)
        [notice] = issue(world)
        ids = list(notice.items.order_by("pk").values_list("pk", flat=True))
        url = f"/notices/{notice.number}/answer/"
        client.force_login(world.liaison)
        first = client.post(url, {"ids": ids, "outcome": "appealed"})
        assert b'name="objector"' in first.content
        assert (
            b'name="objector"'
            not in client.post(url, {"ids": ids, "outcome": "removed"}).content
        )
        said = {
            "ids": ids,
            "outcome": "appealed",
            "confirmed": "1",
            "token": "t1",
            "remark": "店主称已获授权",
            "objector": "杭州某某贸易有限公司",
            "objected_on": "2020-01-06",
        }
        assert client.post(url, said | {"objected_on": "2999-01-01"}).context[
            "form"
        ].errors.keys() == {"objected_on"}
        assert client.post(url, said | {"objector": "商" * 101}).context[
            "form"
        ].errors.keys() == {"objector"}
        assert not Objection.objects.exists()
        assert client.post(url, said).status_code == 302
        assert set(
            Objection.objects.values_list("objector", "objected_on", "reason")
        ) == {("杭州某某贸易有限公司", date(2020, 1, 6), "店主称已获授权")}
        detail = AuditEntry.objects.filter(verb="objection.lodged").values_list(
            "detail", flat=True
        )[0]
        assert (detail["objector"], detail["objected_on"]) == (
            "杭州某某贸易有限公司",
            "2020-01-06",
        )
        client.force_login(world.supervisor)
        page = client.get(
            f"/notices/objections/{Objection.objects.order_by('pk')[0].number}/"
        ).content.decode()
        assert "杭州某某贸易有限公司" in page
        assert "2020-01-06" in page

    def test_who_records_on_behalf_says_it_too_but_only_of_an_appeal(
        self, world, client: Client
    ):
        [target] = add_targets(world, 1)
        [notice] = issue(world)
        url = f"/notices/{notice.number}/behalf/"
        client.force_login(world.officer)

        def send(**more: str):
            paper = SimpleUploadedFile("fax.pdf", papers.PDF)
            said = {
                "lines": target.listing.canonical_id,
                "objector": "某店",
                "objected_on": "2020-01-06",
            }
            return client.post(url, said | {"document": paper} | more)

        refused = send(outcome="removed").context["form"]
        assert refused.errors.keys() == {"objector", "objected_on"}
        assert send(outcome="appealed").status_code == 302
        assert Objection.objects.values_list("objector", "objected_on").get() == (
            "某店",
            date(2020, 1, 6),
        )

    def test_one_joined_says_who_objects_unless_it_said_so_before(self, world):
        [target] = add_targets(world, 1)
        [notice] = issue(world)
        workflow.lodge_objection(
            target=target, actor=world.officer, reason="来信称误报"
        )
        reply = workflow.Reply(
            1,
            "appealed",
            item=notice.items.get().pk,
            objector="某店",
            objected_on=date(2020, 1, 6),
        )
        workflow.answer_items(notice=notice, replies=[reply], actor=world.liaison)
        objection = Objection.objects.get()
        assert (objection.objector, objection.objected_on, objection.is_appeal) == (
            "某店",
            date(2020, 1, 6),
            False,
        )

    def test_many_are_taken_up_and_decided_from_the_list(
        self, world, appealed, client: Client
    ):
        client.force_login(world.supervisor)
        ids = list(Objection.objects.values_list("pk", flat=True))
        client.post("/notices/objections/decide/", {"ids": ids, "act": "accept"})
        assert set(Objection.objects.values_list("state", flat=True)) == {"accepted"}
        client.post(
            "/notices/objections/decide/",
            {"ids": ids, "act": "dismissed", "reason": " "},
        )
        assert set(Objection.objects.values_list("state", flat=True)) == {"accepted"}
        client.post(
            "/notices/objections/decide/",
            {"ids": ids, "act": "dismissed", "reason": "不属实"},
        )
        assert set(Objection.objects.values_list("state", flat=True)) == {"dismissed"}
        page = client.post(
            "/notices/objections/decide/",
            {"ids": ids, "act": "upheld", "reason": "属实"},
        )
        assert "supervisor" in page.content.decode()

    def test_an_officer_takes_up_but_does_not_decide(
        self, world, appealed, client: Client
    ):
        client.force_login(world.officer)
        ids = list(Objection.objects.values_list("pk", flat=True))
        client.post("/notices/objections/decide/", {"ids": ids, "act": "accept"})
        assert client.post(
            "/notices/objections/decide/",
            {"ids": ids, "act": "upheld", "reason": "属实"},
        ).status_code in (302, 403)
        assert set(Objection.objects.values_list("state", flat=True)) == {"accepted"}


def test_who_decides_is_not_told_of_it_though_the_case_is_theirs(world, appealed):
    now = appealed.issued_at
    for officer in (world.officer, world.supervisor):
        CaseOfficer.objects.create(
            case=world.case,
            officer=officer,
            is_lead=officer == world.officer,
            since=now,
        )
    Notification.objects.all().delete()
    ids = list(Objection.objects.values_list("pk", flat=True))
    workflow.accept_objections(objections=ids, actor=world.officer)
    workflow.decide_objections(
        objections=ids, actor=world.supervisor, upheld=True, reason="属实"
    )
    told = Notification.objects.filter(url__contains="/objections/").values_list(
        "user__username", flat=True
    )
    assert set(told) == {"officer"}
