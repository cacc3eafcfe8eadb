"""Every move of every state table is walked by a verb; which, is stated here, and what the database sees counts."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.utils import timezone

from cases import workflow as casework
from cases.models import ImportRow
from corps.mail import outbox
from corps.models import Delivery
from corps.workflow import cancel, mark_sent, record_bounce, resend, store_file
from notices import workflow
from notices.models import Objection
from runtime.postgres import OWNER, RUNTIME
from tests.cases import neighbours as cases
from tests.cases import scene as case_scene
from tests.notices import neighbours as notices
from tests.notices.world import answer, issue
from tests.put_into import put_into
from tests.services import line_as
from tests.sink import Behaviour
from tests.stateful_objects import OBJECTS

TABLES = {moved.model._meta.db_table: name for name, moved in OBJECTS.items()}
# Of DESIGN's "any unfinished item may be carried over": a follow-up notice waits until somebody has checked, decided or
# handed over these, so that no verb walks it today.
WALKED_BY_NONE = {
    "NoticeItem claimed carried_over",
    "NoticeItem appealed carried_over",
    "NoticeItem not_ours carried_over",
}

Act = Callable[[Any], Any]


class Walk(NamedTuple):
    """A verb, where it begins, how it is called there, and the moves that it walks."""

    verb: str
    build: Callable[[], Any]
    act: Act
    moves: tuple[str, ...]


def of_cases(verb: str, *moves: str, **states: str) -> Walk:
    """A verb of cases in its scene, with neighbours put into other states."""

    def build() -> Any:
        scene = cases.build(verb)
        for neighbour, state in states.items():
            case_scene.NEIGHBOURS[neighbour][1](scene, state)
        return scene

    return Walk(verb, build, cases.VERBS[verb][1], moves)


def of_notices(verb: str, *moves: str, **states: str) -> Walk:
    """A verb of notices in its scene, with neighbours put into other states."""
    begin, act = notices.VERBS[verb]

    def build() -> Any:
        scene = begin()
        for neighbour, state in states.items():
            notices.NEIGHBOURS[neighbour][1](scene, state)
        return notices.refreshed(scene)

    return Walk(verb, build, act, moves)


# --- answers, and what follows them -----------------------------------------------------------------------------------


def answered(outcome: str, *moves: str) -> Walk:
    def act(scene: notices.Scene) -> Any:
        assert scene.notice is not None
        return answer(scene.world, scene.notice, outcome)

    return Walk("answer_items", notices.issued, act, moves)


def after_answer(verb: str, outcome: str, act: Act, *moves: str) -> Walk:
    return Walk(verb, partial(notices.answered, outcome), act, moves)


def check(scene: notices.Scene, seen: str) -> Any:
    return workflow.verify_items(
        items=[scene.item.pk], seen=seen, actor=scene.world.officer2
    )


def withdraw(scene: notices.Scene) -> Any:
    return workflow.withdraw_items(
        items=[scene.target.items.latest("pk").pk],
        actor=scene.world.officer,
        reason="误发",
    )


def retract(scene: notices.Scene) -> Any:
    return workflow.retract_answers(
        notice=scene.notice, items=[scene.item.pk], actor=scene.world.liaison
    )


def accept(scene: notices.Scene) -> None:
    for objection in Objection.objects.all():
        workflow.accept_objection(objection=objection, actor=scene.world.officer)


def retract_accepted(scene: notices.Scene) -> Any:
    accept(scene)
    return retract(scene)


def decide(scene: notices.Scene, upheld: bool) -> Any:
    return workflow.decide_objections(
        objections=[objection.pk for objection in Objection.objects.all()],
        actor=scene.world.supervisor,
        upheld=upheld,
        reason="属实",
    )


def dismiss_accepted(scene: notices.Scene) -> Any:
    accept(scene)
    return decide(scene, upheld=False)


def follow_up(scene: notices.Scene) -> Any:
    return issue(scene.world, [scene.target])


def hand_over(scene: notices.Scene) -> Any:
    workflow.hand_over(
        items=[scene.item.pk],
        platform=scene.world.other_platform,
        actor=scene.world.officer,
    )
    follow_up = scene.target.items.latest("pk").notice
    return workflow.approve_notice(
        notice=follow_up, actor=scene.world.supervisor, version=follow_up.version
    )


def relisted_and_answered(outcome: str = "") -> notices.Scene:
    """What counts already, asked for anew, and answered."""
    scene = notices.verified()
    workflow.check_again(
        targets=[scene.target.pk], seen="live", actor=scene.world.officer2
    )
    [notice] = issue(scene.world, [scene.target])
    if outcome:
        answer(scene.world, notice, outcome)
    return scene


def counted_before(outcome: str, *moves: str) -> Walk:
    return Walk(
        "withdraw_items", partial(relisted_and_answered, outcome), withdraw, moves
    )


# --- cases ------------------------------------------------------------------------------------------------------------


def suspended(state: str) -> Any:
    scene = cases.build("suspend_case")
    case_scene.NEIGHBOURS["case"][1](scene, state)
    casework.suspend_case(
        case=scene.case,
        actor=scene.chief,
        reason="等",
        confirmed=cases._leaving(scene, "suspended"),
    )
    return scene


def resumed(state: str) -> Walk:
    act = cases.VERBS["resume_case"][1]
    return Walk(
        "resume_case", partial(suspended, state), act, (f"Case suspended {state}",)
    )


def move_out(scene: Any) -> Any:
    return casework.move_complaint(
        complaint=scene.complaint, to=None, actor=scene.officer, reason="并错了"
    )


def refuse_claim(scene: Any) -> Any:
    return casework.judge_claims(
        claims=[scene.claim.pk], actor=scene.officer, confirm=False, reason="不是"
    )


def judged(state: str) -> Any:
    """A claim of a store that was judged, and a proposal to say that the listing is in that store after all."""
    scene = cases.build("judge_claims")
    case_scene.NEIGHBOURS["claim"][1](scene, state)
    casework.propose_belonging(
        listing=scene.listing,
        store_id=case_scene.STORE,
        actor=scene.officer2,
        reason="看过",
    )
    return scene


def confirm_store(scene: Any) -> Any:
    return casework.confirm_belonging(
        correction=scene.correction, actor=scene.supervisor
    )


def drop_relisted() -> Any:
    scene = cases.build("drop_targets")
    case_scene.NEIGHBOURS["target"][1](scene, "relisted")
    cases.VERBS["drop_targets"][1](scene)
    return scene


def unread(state: str, content: bytes = b"") -> Any:
    """A sheet that nobody is to look at. content: in place of what it holds."""
    scene = cases.build("read_sheet")
    case_scene.NEIGHBOURS["import"][1](scene, state)
    scene.row("sheet").update(needs_review=False)
    ImportRow.objects.filter(sheet_import=scene.sheet.pk).delete()
    if content:
        paper = store_file(content, "text/csv")
        scene.row("complaint").update(sheet=paper)
    return scene


def read(scene: Any) -> Any:
    return casework.read_sheet(scene.sheet.pk)


def register(scene: Any) -> Any:
    return casework.continue_registering(scene.sheet.pk)


def half_registered() -> Any:
    scene = cases.build("undo_import")
    put_into(scene.row("sheet"), "failed")
    return scene


# --- deliveries -------------------------------------------------------------------------------------------------------


def delivery(verb: Callable[..., Any], state: str, *moves: str, **said: str) -> Walk:
    """What a person decides about a letter."""

    def build() -> notices.Scene:
        scene = notices.issued()
        put_into(Delivery.objects, state, worker="w", finished_at=timezone.now())
        return scene

    def act(scene: notices.Scene) -> Any:
        return verb(
            delivery=Delivery.objects.get(),
            actor=scene.world.officer,
            at=timezone.now(),
            **said,
        )

    return Walk(verb.__name__, build, act, moves)


NO_TEXT = b"\x00\x01\x02"

WALKS = (
    of_cases("accept_complaint", "Complaint received accepted"),
    of_cases("accept_complaint", "Complaint refused accepted", complaint="refused"),
    of_cases("refuse_complaint", "Complaint received refused"),
    of_cases("refuse_complaint", "Complaint accepted refused", complaint="accepted"),
    of_cases(
        "withdraw_complaint", "Complaint received withdrawn", complaint="received"
    ),
    of_cases(
        "withdraw_complaint", "Complaint accepted withdrawn", complaint="accepted"
    ),
    of_cases("withdraw_complaint", "Complaint in_case withdrawn"),
    of_cases("add_complaints", "Complaint accepted in_case"),
    Walk(
        "move_complaint",
        partial(cases.build, "move_complaint"),
        move_out,
        ("Complaint in_case accepted",),
    ),
    of_cases("close_case", "Complaint in_case answered", "Case concluding closed"),
    of_cases(
        "archive_case",
        "Complaint answered closed",
        "Case closed archived",
        complaint="answered",
    ),
    of_cases("file_case", "Case lead filed"),
    of_cases("decline_case", "Case lead not_filed"),
    of_cases("reconsider_case", "Case not_filed lead"),
    of_cases("transfer_case", "Case lead transferred", case="lead"),
    of_cases("transfer_case", "Case filed transferred"),
    of_cases("transfer_case", "Case disposing transferred", case="disposing"),
    of_cases("withdraw_case", "Case lead withdrawn", case="lead"),
    of_cases("withdraw_case", "Case filed withdrawn"),
    of_cases("withdraw_case", "Case disposing withdrawn", case="disposing"),
    of_cases("suspend_case", "Case filed suspended"),
    of_cases("suspend_case", "Case disposing suspended", case="disposing"),
    of_cases("suspend_case", "Case concluding suspended", case="concluding"),
    resumed("filed"),
    resumed("disposing"),
    resumed("concluding"),
    of_cases("conclude_case", "Case disposing concluding"),
    of_cases("conclude_case", "Case reopened concluding", case="reopened"),
    of_cases("close_case", "Case reopened closed", case="reopened"),
    of_cases("reopen_case", "Case closed reopened"),
    of_notices(
        "approve_notice",
        "Case filed disposing",
        "Notice submitted issued",
        "NoticeItem draft open",
        "Target reported noticed",
        "Approval open approved",
    ),
    of_notices("approve_notice", "Case concluding disposing", case="concluding"),
    of_notices("approve_notice", "Case reopened disposing", case="reopened"),
    # Sheets and where listings are.
    of_cases("read_sheet", "SheetImport reading review"),
    Walk(
        "read_sheet",
        partial(unread, "reading"),
        read,
        ("SheetImport reading registering", "SheetImport registering done"),
    ),
    Walk(
        "read_sheet",
        partial(unread, "reading", NO_TEXT),
        read,
        ("SheetImport reading failed",),
    ),
    Walk(
        "continue_registering",
        partial(unread, "registering", NO_TEXT),
        register,
        ("SheetImport registering failed",),
    ),
    of_cases(
        "abandon_import", "SheetImport reading abandoned", **{"import": "reading"}
    ),
    of_cases("abandon_import", "SheetImport review abandoned"),
    of_cases("correct_reading", "SheetImport review reading"),
    of_cases("correct_reading", "SheetImport failed reading", **{"import": "failed"}),
    of_cases("register_import", "SheetImport review registering"),
    of_cases("undo_import", "SheetImport done undone"),
    Walk(
        "undo_import",
        half_registered,
        cases.VERBS["undo_import"][1],
        ("SheetImport failed undone",),
    ),
    of_cases("judge_claims", "Belonging unjudged confirmed"),
    Walk(
        "judge_claims",
        partial(cases.build, "judge_claims"),
        refuse_claim,
        ("Belonging unjudged refused",),
    ),
    of_cases(
        "confirm_belonging",
        "Belonging confirmed corrected",
        "BelongingCorrection proposed confirmed",
        claim="confirmed",
    ),
    Walk(
        "confirm_belonging",
        partial(judged, "refused"),
        confirm_store,
        ("Belonging refused confirmed",),
    ),
    Walk(
        "confirm_belonging",
        partial(judged, "corrected"),
        confirm_store,
        ("Belonging corrected confirmed",),
    ),
    of_cases("decline_belonging", "BelongingCorrection proposed declined"),
    # Targets that no notice names.
    of_cases("drop_targets", "Target reported dropped"),
    of_cases("drop_targets", "Target relisted dropped", target="relisted"),
    of_cases("drop_targets", "Target restored dropped", target="restored"),
    of_cases("take_up_targets", "Target dropped reported"),
    Walk(
        "undo_act",
        drop_relisted,
        cases.VERBS["undo_act"][1],
        ("Target dropped relisted",),
    ),
    # Notices.
    of_notices("submit_notice", "Notice draft submitted"),
    of_notices("submit_notice", "Notice returned submitted", notice="returned"),
    of_notices("recall_notice", "Notice submitted draft", "Approval open void"),
    of_notices("change_request", "Notice returned draft", notice="returned"),
    of_notices("return_notice", "Notice submitted returned", "Approval open returned"),
    of_notices("withdraw_draft", "Notice draft withdrawn"),
    of_notices("withdraw_draft", "Notice submitted withdrawn", notice="submitted"),
    of_notices("withdraw_draft", "Notice returned withdrawn", notice="returned"),
    of_notices(
        "withdraw_notice",
        "Notice issued withdrawn",
        "NoticeItem open withdrawn",
        "Target noticed reported",
        "Delivery pending cancelled",
    ),
    of_notices("withdraw_notice", "Notice completed withdrawn", notice="completed"),
    # Answers.
    answered("removed", "NoticeItem open claimed", "Target noticed claimed"),
    answered(
        "refused",
        "NoticeItem open refused",
        "Target noticed refused",
        "Notice issued completed",
    ),
    answered(
        "needs_information",
        "NoticeItem open needs_information",
        "Target noticed needs_information",
    ),
    answered("appealed", "NoticeItem open appealed"),
    answered("not_ours", "NoticeItem open not_ours"),
    after_answer(
        "retract_answers",
        "refused",
        retract,
        "NoticeItem refused open",
        "Target refused noticed",
        "Notice completed issued",
    ),
    after_answer(
        "retract_answers",
        "needs_information",
        retract,
        "NoticeItem needs_information open",
        "Target needs_information noticed",
    ),
    after_answer("retract_answers", "not_ours", retract, "NoticeItem not_ours open"),
    after_answer(
        "retract_answers",
        "appealed",
        retract,
        "NoticeItem appealed open",
        "Objection lodged withdrawn",
    ),
    after_answer(
        "retract_answers", "appealed", retract_accepted, "Objection accepted withdrawn"
    ),
    after_answer(
        "withdraw_items",
        "removed",
        withdraw,
        "NoticeItem claimed withdrawn",
        "Target claimed reported",
    ),
    after_answer(
        "withdraw_items",
        "refused",
        withdraw,
        "NoticeItem refused withdrawn",
        "Target refused reported",
    ),
    after_answer(
        "withdraw_items",
        "needs_information",
        withdraw,
        "NoticeItem needs_information withdrawn",
        "Target needs_information reported",
    ),
    after_answer(
        "withdraw_items", "appealed", withdraw, "NoticeItem appealed withdrawn"
    ),
    after_answer(
        "withdraw_items", "not_ours", withdraw, "NoticeItem not_ours withdrawn"
    ),
    counted_before("", "Target noticed relisted"),
    counted_before("removed", "Target claimed relisted"),
    counted_before("refused", "Target refused relisted"),
    counted_before("needs_information", "Target needs_information relisted"),
    # Checks.
    after_answer(
        "verify_items",
        "removed",
        partial(check, seen="gone"),
        "NoticeItem claimed verified",
        "Target claimed verified",
    ),
    after_answer(
        "verify_items",
        "already_gone",
        partial(check, seen="gone"),
        "Target claimed gone_before_notice",
    ),
    after_answer(
        "verify_items",
        "removed",
        partial(check, seen="live"),
        "NoticeItem claimed open",
        "Target claimed noticed",
    ),
    of_notices("check_again", "Target verified relisted"),
    of_notices(
        "check_again", "Target gone_before_notice relisted", target="gone_before_notice"
    ),
    of_notices("correct_outcome", "Target verified reported"),
    of_notices("correct_outcome", "Target relisted reported", target="relisted"),
    of_notices(
        "correct_outcome",
        "Target gone_before_notice reported",
        target="gone_before_notice",
    ),
    # Further notices.
    of_notices("approve_notice", "Target relisted noticed", target="relisted"),
    of_notices("approve_notice", "Target restored noticed", target="restored"),
    Walk(
        "approve_notice",
        notices.issued,
        follow_up,
        ("NoticeItem open carried_over",),
    ),
    after_answer(
        "approve_notice", "refused", follow_up, "NoticeItem refused carried_over"
    ),
    after_answer(
        "approve_notice",
        "needs_information",
        follow_up,
        "NoticeItem needs_information carried_over",
    ),
    after_answer(
        "approve_notice", "not_ours", hand_over, "NoticeItem not_ours handed_over"
    ),
    # Objections.
    of_notices("accept_objection", "Objection lodged accepted"),
    Walk(
        "decide_objections",
        notices.objected,
        partial(decide, upheld=False),
        ("Objection lodged dismissed",),
    ),
    after_answer(
        "decide_objections",
        "appealed",
        dismiss_accepted,
        "Objection accepted dismissed",
        "NoticeItem appealed open",
    ),
    of_notices("decide_objection", "Objection accepted upheld"),
    *(
        of_notices("decide_objection", f"Target {state} restored", target=state)
        for state in OBJECTS["Target"].table.before("restored")
    ),
    # Letters, as far as people decide about them.
    delivery(mark_sent, "uncertain", "Delivery uncertain sent", evidence="电话确认"),
    delivery(record_bounce, "sent", "Delivery sent failed", reason="退信"),
    delivery(resend, "failed", "Delivery failed pending", reason="再发"),
    delivery(resend, "uncertain", "Delivery uncertain pending", reason="再发"),
    delivery(cancel, "failed", "Delivery failed cancelled", reason="不再发"),
    delivery(cancel, "uncertain", "Delivery uncertain cancelled", reason="不再发"),
)

# By the outbox itself, for what a mail server does.
SENDING = {
    Behaviour.ACCEPT: {"Delivery pending sending", "Delivery sending sent"},
    Behaviour.REFUSE: {"Delivery sending failed"},
    Behaviour.REFUSE_LATER: {"Delivery sending pending"},
    Behaviour.DROP_AFTER_DATA: {"Delivery sending uncertain"},
}


def install(line: Any) -> None:
    """Have the database write down every change of a state, which only its owner can."""
    remove(line)
    with line.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE walked (id bigserial, relation text, before text, after text)"
        )
        cursor.execute(f"GRANT SELECT, DELETE ON walked TO {RUNTIME}")
        cursor.execute(
            """CREATE FUNCTION note_walk() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
            INSERT INTO walked (relation, before, after) VALUES (TG_TABLE_NAME, OLD.state, NEW.state);
            RETURN NULL; END $$"""
        )
        for table in TABLES:
            cursor.execute(
                f"""CREATE TRIGGER note_walk AFTER UPDATE OF state ON {table} FOR EACH ROW
                WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_walk()"""
            )


def remove(line: Any) -> None:
    """Take away what `install` made, if it is there."""
    with line.cursor() as cursor:
        cursor.execute(
            "DROP FUNCTION IF EXISTS note_walk CASCADE; DROP TABLE IF EXISTS walked"
        )


@pytest.fixture(scope="module")
def recorder(django_db_setup: None) -> Iterator[None]:
    with line_as(OWNER) as line:
        install(line)
    yield
    # The database may be another one by now, which never had it.
    with line_as(OWNER) as line:
        remove(line)


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM walked")


def walked() -> set[str]:
    """The moves that the database has seen since `forget`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relation, before, after FROM walked")
        rows = cursor.fetchall()
    return {f"{TABLES[table]} {before} {after}" for table, before, after in rows}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "walk", WALKS, ids=lambda walk: f"{walk.verb}: {walk.moves[0]}"
)
def test_a_verb_walks_the_moves_that_are_stated(recorder, walk):
    scene = walk.build()
    forget()
    walk.act(scene)
    assert set(walk.moves) - walked() == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("behaviour", SENDING)
def test_the_outbox_walks_the_moves_that_are_stated(
    owner_database, smtp_sink, behaviour
):
    install(owner_database)
    notices.issued()
    smtp_sink.then(behaviour)
    outbox.send_due()
    assert SENDING[behaviour] - walked() == set()


def test_every_move_of_every_table_is_walked():
    stated = {move for walk in WALKS for move in walk.moves}
    stated = stated.union(*SENDING.values())
    moves = {
        f"{name} {before} {after}"
        for name, moved in OBJECTS.items()
        for before, ways in moved.table.moves.items()
        for after in ways
    }
    assert moves - stated == WALKED_BY_NONE
    assert stated - moves == set()
