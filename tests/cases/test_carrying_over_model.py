"""Where a target lies, against a simple model, after any order of what can happen to what names it; and two at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases import workflow
from cases.models import Case, Complaint, Target
from cases.workflow.carrying_over import ended_targets, misplaced
from corps.errors import TransitionRefused
from tests.cases.carrying_over import A
from tests.cases.conftest import Scenario, make_scenario, sheet_of, take_in
from tests.cases.sheets import row
from tests.put_into import put_into

ENDED = ("not_filed", "archived", "transferred", "withdrawn")
VERBS = [
    "name", "name", "open", "open", "join", "withdraw_complaint", "refuse", "accept", "move", "withdraw_case",
    "transfer", "decline", "reconsider", "archive", "notice", "free", "drop", "take_up", "verify", "relist",
]  # fmt: skip
ACTS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 3)), min_size=4, max_size=14
)


class Model:
    """Whose the target should be: complaints in the order in which they named it, cases by number."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.complaints: list[Complaint] = []
        self.cases: list[Case] = []
        self.holder: int | None = None
        self.case: int | None = None
        self.state = ""

    def refresh(self) -> None:
        for thing in (*self.complaints, *self.cases):
            thing.refresh_from_db()

    def lives(self, complaint: Complaint) -> bool:
        if complaint.state in ("refused", "withdrawn"):
            return False
        return complaint.case is None or complaint.case.state not in ENDED

    def settle(self) -> None:
        """What the rule says, from what complaints and cases are now."""
        by_id = {complaint.pk: complaint for complaint in self.complaints}
        if self.holder and self.case is None:
            # What has no case yet goes with its complaint, finished or not.
            self.case = by_id[self.holder].case_id
        if self.state not in ("reported", "relisted"):
            return
        if self.holder is None and not (
            self.case and Case.objects.get(pk=self.case).state in ENDED
        ):
            return
        heirs = (
            [by_id[self.holder]]
            if self.holder and self.lives(by_id[self.holder])
            else []
        )
        heirs += [complaint for complaint in self.complaints if self.lives(complaint)]
        if heirs:
            self.holder, self.case = heirs[0].pk, heirs[0].case_id

    def act(self, verb: str, index: int) -> None:
        complaint = (
            self.complaints[index % len(self.complaints)] if self.complaints else None
        )
        case = self.cases[index % len(self.cases)] if self.cases else None
        person, chief = self.scenario.officer, self.scenario.chief
        why = {"actor": person, "reason": "x"}
        if verb == "name" and len(self.complaints) < 4:
            self.complaints.append(take_in(self.scenario, sheet_of(row(A))).complaint)
            workflow.accept_complaint(complaint=self.complaints[-1], actor=person)
            self.state, self.holder = (
                self.state or "reported",
                self.holder or self.complaints[-1].pk,
            )
        if complaint is not None and verb == "open":
            self.cases.append(
                workflow.open_case(actor=person, complaints=[complaint], title="案")
            )
        if complaint is not None and case is not None and verb in ("join", "move"):
            if verb == "join":
                workflow.add_complaints(case=case, complaints=[complaint], actor=person)
            else:
                workflow.move_complaint(
                    complaint=complaint, to=case if index else None, **why
                )
        if complaint is not None and verb == "withdraw_complaint":
            workflow.withdraw_complaint(complaint=complaint, **why)
        if complaint is not None and verb == "refuse":
            workflow.refuse_complaint(complaint=complaint, **why)
        if complaint is not None and verb == "accept":
            workflow.accept_complaint(complaint=complaint, actor=person)
        by_chief = {"actor": chief, "reason": "x"}
        verbs: dict[str, Callable[..., Any]] = {
            "withdraw_case": workflow.withdraw_case,
            "transfer": workflow.transfer_case,
            "decline": workflow.decline_case,
            "reconsider": workflow.reconsider_case,
        }
        if case is not None and verb in verbs:
            verbs[verb](case=case, **by_chief)
        if case is not None and verb == "archive" and case.state == "lead":
            at = case.opened_at
            put_into(
                Case.objects.filter(pk=case.pk), "closed", filed_at=at, closed_at=at
            )
            workflow.archive_case(case=case, actor=person)
        if case is not None and verb == "take_up":
            self.take_up(case)
        if self.state:
            self.act_on_target(verb)

    def take_up(self, case: Case) -> None:
        before = self.target()
        [result] = workflow.take_up_targets(
            case=case, targets=[before.pk], actor=self.scenario.officer
        )
        if result.ok:
            own = [
                complaint.pk
                for complaint in self.complaints
                if complaint.case_id == case.pk
            ]
            self.holder, self.case = (own[0] if own else None), case.pk
            self.state = "relisted" if before.is_counted else "reported"

    def act_on_target(self, verb: str) -> None:
        """States that notices bring, written as these do; what frees a target passes it on, as they do."""
        target = self.target()
        ended = target.case is None or target.case.state in ENDED
        moves = {
            "notice": ("reported", "noticed"),
            "verify": ("noticed", "verified"),
            "relist": ("verified", "relisted"),
        }
        if (
            verb in moves
            and self.state == moves[verb][0]
            and (not ended or verb == "relist")
        ):
            self.state = moves[verb][1]
            is_counted = self.state in ("verified", "relisted")
            put_into(
                Target.objects.filter(pk=target.pk), self.state, is_counted=is_counted
            )
        if verb == "free" and self.state == "noticed":
            self.state = "reported"
            put_into(Target.objects.filter(pk=target.pk), self.state)
        if verb in ("free", "relist"):
            workflow.carry_over(
                [target.pk],
                actor=self.scenario.officer,
                at=target.reported_at,
                wait=False,
            )
        if verb == "drop":
            [result] = workflow.drop_targets(
                targets=[target.pk], actor=self.scenario.officer, reason="x"
            )
            self.state = "dropped" if result.ok else self.state

    @staticmethod
    def target() -> Target:
        return Target.objects.select_related("case", "complaint").get(
            listing__canonical_id=A
        )


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
@example(acts=[("name", 0), ("drop", 0), ("open", 0)])
def test_after_any_order_of_acts_it_lies_with_the_first_living_complaint(
    db, acts: list[tuple[str, int]]
):
    with transaction.atomic():
        model = Model(make_scenario())
        for verb, index in acts:
            try:
                with transaction.atomic():
                    model.act(verb, index)
            except TransitionRefused:
                pass
            model.refresh()
            model.settle()
            if model.state:
                target = model.target()
                assert (target.state, target.complaint_id, target.case_id) == (
                    model.state,
                    model.holder,
                    model.case,
                )
                assert target.firm_id == model.complaints[0].firm_id
                assert misplaced([target.pk]) == []
                assert not ended_targets().exists()
        transaction.set_rollback(True)


def at_once(acts: list[Callable[[], Any]]) -> None:
    """Run acts in threads that start together."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_firms_that_name_it_while_the_first_withdraws_do_not_miss_it(
    committed_scenario,
):
    scenario = committed_scenario
    for turn in range(4):
        listing = str(610000000000 + turn)
        first = take_in(scenario, sheet_of(row(listing)), firm="HYS").complaint
        at_once(
            [
                lambda own=listing: take_in(scenario, sheet_of(row(own)), firm="CXT"),
                lambda own=listing: take_in(scenario, sheet_of(row(own)), firm="YCB"),
                lambda own=first: workflow.withdraw_complaint(
                    complaint=own, actor=scenario.officer, reason="和解"
                ),
            ]
        )
        target = Target.objects.select_related("complaint").get(
            listing__canonical_id=listing
        )
        assert target.complaint != first
        assert target.complaint.firm.code in ("CXT", "YCB")
    call_command("pass_on", check=True)


@pytest.mark.django_db(transaction=True)
def test_two_cases_that_end_at_once_and_name_each_others_do_not_deadlock(
    committed_scenario,
):
    scenario = committed_scenario
    ids = [str(620000000000 + n) for n in range(20)]
    cases = []
    for own in (ids, ids[::-1], ids):
        complaint = take_in(scenario, sheet_of(*[row(one) for one in own])).complaint
        workflow.accept_complaint(complaint=complaint, actor=scenario.officer)
        cases.append(
            workflow.open_case(
                actor=scenario.officer, complaints=[complaint], title="案"
            )
        )
    at_once(
        [
            lambda case=case: workflow.withdraw_case(
                case=case, actor=scenario.chief, reason="误立"
            )
            for case in cases[:2]
        ]
    )
    assert cases[2].targets.count() == 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "verb", [workflow.withdraw_complaint, workflow.refuse_complaint]
)
def test_who_ends_a_complaint_waits_for_whoever_is_just_naming_its_target(
    committed_scenario, verb
):
    scenario = committed_scenario
    first = take_in(scenario, sheet_of(row(A)), firm="HYS").complaint
    named, ended = Event(), Event()

    def name() -> None:
        with transaction.atomic():
            take_in(scenario, sheet_of(row(A)), firm="CXT")
            named.set()
            ended.wait(timeout=1)  # it cannot end before this is committed

    def end() -> None:
        named.wait(timeout=30)
        verb(complaint=first, actor=scenario.officer, reason="和解")
        ended.set()

    at_once([name, end])
    assert Model.target().complaint.firm.code == "CXT"
