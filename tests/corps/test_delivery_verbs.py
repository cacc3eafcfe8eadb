"""What people decide about deliveries."""

import pytest
from django.core.exceptions import PermissionDenied

from corps.errors import TransitionRefused
from corps.mail.compose import compose
from corps.models import AuditEntry, Delivery
from corps.models.messages import DELIVERY_STATES
from corps.workflow import cancel, cancel_unsent, mark_sent, resend
from tests.corps.conftest import NOW
from tests.put_into import put_into

State = Delivery.State


@pytest.fixture
def uncertain(unit) -> Delivery:
    delivery = compose(
        unit,
        recipient="liu@taobao.example",
        purpose="notice",
        title="t",
        text="t",
        thread="case:3",
    )
    put_into(
        Delivery.objects.filter(pk=delivery.pk),
        State.UNCERTAIN,
        worker="w:1:1",
        tries=3,
        answer="the line broke",
    )
    delivery.refresh_from_db()
    return delivery


def in_state(delivery: Delivery, state: str) -> Delivery:
    put_into(Delivery.objects.filter(pk=delivery.pk), state, finished_at=NOW)
    return delivery


def test_an_officer_marks_an_uncertain_message_as_sent_with_the_evidence(
    uncertain, officer
):
    mark_sent(
        delivery=uncertain,
        actor=officer,
        evidence="The liaison has confirmed by telephone.",
        at=NOW,
    )
    uncertain.refresh_from_db()
    assert (uncertain.state, uncertain.decided_by, uncertain.finished_at) == (
        State.SENT,
        officer,
        NOW,
    )
    assert uncertain.answer == "the line broke"
    entry = AuditEntry.objects.about(uncertain).get(verb="delivery.decided")
    assert entry.thread == "case:3"
    assert entry.detail == {
        "before": "uncertain",
        "after": "sent",
        "evidence": "The liaison has confirmed by telephone.",
    }


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.FAILED])
def test_sending_again_keeps_bytes_and_message_id_and_counts_tries_anew(
    uncertain, officer, state
):
    before = (bytes(uncertain.content), uncertain.mail_id)
    resend(
        delivery=in_state(uncertain, state),
        actor=officer,
        reason="It did not arrive.",
        at=NOW,
    )
    uncertain.refresh_from_db()
    assert (
        uncertain.state,
        uncertain.tries,
        uncertain.worker,
        uncertain.finished_at,
    ) == (State.PENDING, 0, "", None)
    assert (bytes(uncertain.content), uncertain.mail_id) == before


@pytest.mark.parametrize("state", State.values)
def test_each_verb_goes_only_from_the_states_of_the_table(uncertain, officer, state):
    verbs = {
        State.SENT: lambda d: mark_sent(
            delivery=d, actor=officer, evidence="e", at=NOW
        ),
        State.PENDING: lambda d: resend(delivery=d, actor=officer, reason="r", at=NOW),
        State.CANCELLED: lambda d: cancel(
            delivery=d, actor=officer, reason="r", at=NOW
        ),
    }
    for after, verb in verbs.items():
        delivery = in_state(uncertain, state)
        allowed = DELIVERY_STATES.allows(state, after) and state != State.SENDING
        if allowed:
            assert verb(delivery).state == after
        else:
            with pytest.raises(TransitionRefused):
                verb(delivery)
            delivery.refresh_from_db()
            assert delivery.state == state


def test_a_decision_needs_its_reason(uncertain, officer):
    for act in (
        lambda: mark_sent(delivery=uncertain, actor=officer, evidence=" ", at=NOW),
        lambda: resend(delivery=uncertain, actor=officer, reason="", at=NOW),
        lambda: cancel(delivery=uncertain, actor=officer, reason="", at=NOW),
    ):
        with pytest.raises(TransitionRefused, match="missing"):
            act()


@pytest.mark.parametrize(
    "role", ["liaison", "representative", "administrator", "auditor"]
)
def test_only_the_corps_decides(uncertain, account, role):
    with pytest.raises(PermissionDenied):
        resend(delivery=uncertain, actor=account(role), reason="r", at=NOW)


def test_the_unsent_are_stopped_together_and_the_rest_is_left(
    unit, officer, uncertain, django_assert_num_queries
):
    waiting = [
        compose(
            unit,
            recipient=f"l{n}@taobao.example",
            purpose="notice",
            title="t",
            text="t",
        )
        for n in range(30)
    ]
    with django_assert_num_queries(5):  # with the savepoint's two
        stopped = cancel_unsent(
            deliveries=[*(d.pk for d in waiting), uncertain.pk],
            actor=officer,
            reason="official account",
            at=NOW,
        )
    assert stopped == [delivery.pk for delivery in waiting]
    assert (
        Delivery.objects.filter(state="cancelled", answer="official account").count()
        == 30
    )
    assert AuditEntry.objects.filter(verb="delivery.cancelled").count() == 30
    uncertain.refresh_from_db()
    assert uncertain.state == State.UNCERTAIN
