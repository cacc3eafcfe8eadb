"""The verbs of cases, each with the states that its scene starts from, and how it is called there."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from cases import workflow
from cases.models import ImportRow
from corps.deadlines.clock import now, today
from corps.workflow import store_file
from tests.cases.scene import CLOSES, NEIGHBOURS, OPENS, OTHER_STORE, START, Scene
from tests.neighbours import Neighbours

Act = Callable[[Scene], Any]


def _leaving(scene: Scene, after: str) -> dict[str, int]:
    """What a person confirms who has just looked at what waits in the case."""
    return {
        thing.code: thing.count
        for thing in workflow.what_waits(scene.case, after)
        if thing.is_ended
    }


def _passed(scene: Scene, act: Callable[[], Any]) -> str:
    """Whether the target went to the other case."""
    act()
    return "done" if scene.target.case_id == scene.other.pk else "stays"


def _ended_as(scene: Scene, state: str, act: Callable[[], Any]) -> str:
    """Whether the sheet came into a state."""
    before = scene.sheet.state
    act()
    return "done" if before != scene.sheet.state == state else "nothing"


def _take_back(scene: Scene) -> Any:
    """Take back the address of the row that the target came of, which a person corrected."""
    rows = ImportRow.objects.filter(sheet_import=scene.sheet.pk, row=2)
    rows.update(decision="repaired", repair=scene.listing.url)
    return workflow.take_back_rows(rows=[rows.get().pk], actor=scene.officer)


def _hand_in(scene: Scene) -> Any:
    sheet = store_file(b"a", "text/csv")
    return workflow.hand_in_sheet(
        complaint=scene.complaint, actor=scene.officer, sheet=sheet, sheet_name="b.csv"
    )


def _take_up(scene: Scene) -> Any:
    return workflow.take_up_sheet(
        sheet_import=scene.sheet,
        actor=scene.officer,
        title="案",
        ground=scene.ground,
        lead=scene.officer,
        second=scene.officer2,
    )


def _submit(scene: Scene) -> Any:
    return workflow.submit_complaint(
        actor=scene.officer,
        firm=scene.world.firm,
        subject="投诉",
        received_on=today(),
        campaign=scene.campaign,
    )


def _open(scene: Scene) -> Any:
    return workflow.open_case(
        actor=scene.officer,
        complaints=[scene.complaint],
        title="案",
        ground=scene.ground,
        lead=scene.officer,
        second=scene.officer2,
        campaign=scene.campaign,
    )


VERBS: dict[str, tuple[Mapping[str, str], Act]] = {
    # Complaints and their sheets.
    "submit_complaint": ({}, _submit),
    "set_received_on": (
        {"case": "lead"},
        lambda s: workflow.set_received_on(
            complaint=s.complaint,
            actor=s.officer,
            received_on=today() - timedelta(days=1),
            reason="当面递交",
        ),
    ),
    "accept_complaint": (
        {"complaint": "received"},
        lambda s: workflow.accept_complaint(complaint=s.complaint, actor=s.officer),
    ),
    "refuse_complaint": (
        {"complaint": "received"},
        lambda s: workflow.refuse_complaint(
            complaint=s.complaint, actor=s.officer, reason="不属于"
        ),
    ),
    "withdraw_complaint": (
        {},
        lambda s: workflow.withdraw_complaint(
            complaint=s.complaint, actor=s.officer, reason="和解"
        ),
    ),
    "move_complaint": (
        {},
        lambda s: workflow.move_complaint(
            complaint=s.complaint, to=s.other, actor=s.officer, reason="并错了"
        ),
    ),
    "read_sheet": (
        {"import": "reading"},
        lambda s: _ended_as(s, "review", lambda: workflow.read_sheet(s.sheet.pk)),
    ),
    "correct_complaint": (
        {"complaint": "received", "import": "review"},
        lambda s: workflow.correct_complaint(
            complaint=s.complaint,
            actor=s.officer,
            firm=s.world.firm,
            subject="另一标题",
        ),
    ),
    "correct_reading": (
        {"import": "review"},
        lambda s: workflow.correct_reading(
            sheet_import=s.understood_sheet,
            actor=s.officer,
            said={"": workflow.Said(True, 1, {1: "title"})},
        ),
    ),
    "forget_corrections": (
        {"import": "review"},
        lambda s: workflow.forget_corrections(
            sheet_import=s.understood_sheet,
            corrections=[s.kept_correction],
            actor=s.officer,
        ),
    ),
    "register_import": (
        {"import": "review"},
        lambda s: workflow.register_import(sheet_import=s.sheet, actor=s.officer),
    ),
    "continue_registering": (
        {"import": "registering"},
        lambda s: _ended_as(
            s, "done", lambda: workflow.continue_registering(s.sheet.pk)
        ),
    ),
    "abandon_import": (
        {"import": "review"},
        lambda s: workflow.abandon_import(sheet_import=s.sheet, actor=s.officer),
    ),
    "settle_rows": (
        {},
        lambda s: workflow.settle_rows(
            rows=[s.unreadable_row],
            actor=s.officer,
            repair="https://item.taobao.com/item.htm?id=688888888888",
        ),
    ),
    "take_back_rows": ({}, _take_back),
    "undo_import": (
        {},
        lambda s: workflow.undo_import(sheet_import=s.sheet, actor=s.officer),
    ),
    "hand_in_sheet": ({"import": "undone"}, _hand_in),
    "take_up_sheet": ({"complaint": "received", "import": "review"}, _take_up),
    # Cases.
    "open_case": ({"complaint": "accepted"}, _open),
    "add_complaints": (
        {"complaint": "accepted"},
        lambda s: workflow.add_complaints(
            case=s.other, complaints=[s.complaint], actor=s.officer
        ),
    ),
    "assign_officers": (
        {},
        lambda s: workflow.assign_officers(
            case=s.case, lead=s.officer, second=s.officer2, actor=s.supervisor
        ),
    ),
    "file_case": (
        {"case": "lead"},
        lambda s: workflow.file_case(case=s.case, actor=s.chief),
    ),
    "decline_case": (
        {"case": "lead"},
        lambda s: workflow.decline_case(case=s.case, actor=s.chief, reason="证据不足"),
    ),
    "reconsider_case": (
        {"case": "not_filed"},
        lambda s: workflow.reconsider_case(case=s.case, actor=s.chief, reason="新证据"),
    ),
    "give_ground": (
        {},
        lambda s: workflow.give_ground(case=s.case, actor=s.officer, ground=s.ground),
    ),
    "retitle_case": (
        {},
        lambda s: workflow.retitle_case(case=s.case, actor=s.officer, title="新名"),
    ),
    "add_note": (
        {},
        lambda s: workflow.add_note(case=s.case, actor=s.officer, text="记"),
    ),
    "conclude_case": (
        {"case": "disposing", "target": "dropped"},
        lambda s: workflow.conclude_case(case=s.case, actor=s.officer),
    ),
    "close_case": (
        {"case": "concluding", "target": "dropped"},
        lambda s: workflow.close_case(case=s.case, actor=s.officer, conclusion="结"),
    ),
    "archive_case": (
        {"case": "closed"},
        lambda s: workflow.archive_case(case=s.case, actor=s.officer),
    ),
    "reopen_case": (
        {"case": "closed"},
        lambda s: workflow.reopen_case(
            case=s.case, actor=s.supervisor, reason="再次上架"
        ),
    ),
    "suspend_case": (
        {},
        lambda s: workflow.suspend_case(
            case=s.case,
            actor=s.chief,
            reason="等待鉴定",
            confirmed=_leaving(s, "suspended"),
        ),
    ),
    "resume_case": (
        {"case": "suspended"},
        lambda s: workflow.resume_case(case=s.case, actor=s.chief),
    ),
    "transfer_case": (
        {},
        lambda s: workflow.transfer_case(
            case=s.case,
            actor=s.chief,
            reason="移送",
            confirmed=_leaving(s, "transferred"),
        ),
    ),
    "withdraw_case": (
        {},
        lambda s: workflow.withdraw_case(
            case=s.case,
            actor=s.chief,
            reason="撤案",
            confirmed=_leaving(s, "withdrawn"),
        ),
    ),
    # Targets.
    "add_targets": (
        {"target": "dropped"},
        lambda s: workflow.add_targets(
            case=s.other, addresses=[s.listing.url], actor=s.officer
        ),
    ),
    "take_up_targets": (
        {"target": "dropped"},
        lambda s: workflow.take_up_targets(
            case=s.other, targets=[s.target.pk], actor=s.officer
        ),
    ),
    "ground_targets": (
        {},
        lambda s: workflow.ground_targets(
            targets=[s.target.pk], ground=s.ground, actor=s.officer
        ),
    ),
    "drop_targets": (
        {},
        lambda s: workflow.drop_targets(
            targets=[s.target.pk], actor=s.officer, reason="误报"
        ),
    ),
    "undo_act": (
        {"act": "just done"},
        lambda s: workflow.undo_act(act=s.bulk_act, actor=s.officer),
    ),
    "carry_over": (
        {"complaint": "withdrawn"},
        lambda s: _passed(
            s, lambda: workflow.carry_over([s.target.pk], actor=s.officer, at=now())
        ),
    ),
    "carry_over_ended": (
        {"complaint": "withdrawn"},
        lambda s: _passed(s, workflow.carry_over_ended),
    ),
    "carry_over_all": (
        {"complaint": "withdrawn"},
        lambda s: _passed(s, workflow.carry_over_all),
    ),
    # Where listings belong, and official accounts.
    "judge_claims": (
        {},
        lambda s: workflow.judge_claims(
            claims=[s.claim.pk], actor=s.officer, confirm=True
        ),
    ),
    "admit_claims": (
        {},
        lambda s: workflow.admit_claims(claims=[s.claim.pk], actor=s.officer),
    ),
    "propose_belonging": (
        {"correction": "declined"},
        lambda s: workflow.propose_belonging(
            listing=s.listing, store_id=OTHER_STORE, actor=s.officer, reason="看过"
        ),
    ),
    "confirm_belonging": (
        {"correction": "proposed"},
        lambda s: workflow.confirm_belonging(
            correction=s.correction, actor=s.supervisor
        ),
    ),
    "decline_belonging": (
        {"correction": "proposed"},
        lambda s: workflow.decline_belonging(
            correction=s.correction, actor=s.supervisor, reason="不是"
        ),
    ),
    # What they stand on.
    "open_campaign": (
        {},
        lambda s: workflow.open_campaign(
            actor=s.supervisor, name="又一个", opens_on=OPENS, closes_on=CLOSES
        ),
    ),
    "change_campaign": (
        {},
        lambda s: workflow.change_campaign(
            campaign=s.campaign,
            actor=s.supervisor,
            name="专项行动",
            opens_on=OPENS,
            closes_on=CLOSES,
            reply_working_days=5,
        ),
    ),
    "register_ground": (
        {},
        lambda s: workflow.register_ground(
            actor=s.admin,
            code="new",
            name="新",
            name_en="New",
            aspect="consumer",
            basis="第一条",
            valid_from=OPENS,
        ),
    ),
    "change_ground": (
        {},
        lambda s: workflow.change_ground(
            ground=s.ground, actor=s.admin, basis="第二条"
        ),
    ),
}


# Made by verbs of their own, of which alone they are asked.
OF_THEIR_OWN = {"correction", "act"}


def neighbours_of(verb: str) -> Neighbours:
    """Those that a verb's scene has, with the states in which it does not have them anyway."""
    given = VERBS[verb][0]
    start = START | given
    return {
        name: ([state for state in states if state != start.get(name)], put)
        for name, (states, put) in NEIGHBOURS.items()
        if name not in OF_THEIR_OWN or name in given
    }


def build(verb: str) -> Scene:
    """The scene that a verb is done in, with its neighbours in the states that it starts from."""
    scene = Scene()
    for neighbour, state in VERBS[verb][0].items():
        NEIGHBOURS[neighbour][1](scene, state)
    return scene
