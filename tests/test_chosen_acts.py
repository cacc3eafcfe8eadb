"""A form that does not say what is to be done does nothing: no act of a page is done by default."""

import ast
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from cases import workflow as casework
from corps.deadlines.clock import today
from corps.models import AuditEntry, User
from notices import workflow
from notices.models import Notice
from runtime.shared_servers import PROJECT
from tests.accounts import register_official_account
from tests.notices.world import World, add_targets, issue, make_world

READS = "corps/forms.py"

Form = tuple[User, str]


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def draft(world: World) -> Notice:
    add_targets(world, 1)
    return workflow.compose_notices(case=world.case, actor=world.officer).notices[0]


def of_a_complaint(world: World) -> Form:
    complaint = casework.submit_complaint(
        actor=world.officer, firm=world.firm, subject="来函", received_on=today()
    )[0]
    return world.officer, reverse("cases:complaint_decide", args=[complaint.number])


def of_a_case(world: World) -> Form:
    return world.officer, reverse("cases:case_act", args=[world.case.number])


def of_targets(world: World) -> Form:
    return world.officer, reverse("cases:targets_act", args=[world.case.number])


def of_a_draft(world: World) -> Form:
    return world.officer, reverse("notices:change", args=[draft(world).number])


def of_items(world: World) -> Form:
    [issued] = issue(world, add_targets(world, 1))
    return world.officer, reverse("notices:change_items", args=[issued.number])


def of_an_approval(world: World) -> Form:
    notice = workflow.submit_notice(notice=draft(world), actor=world.officer)
    return world.supervisor, reverse("notices:decide", args=[notice.number])


def of_objections(world: World) -> Form:
    return world.supervisor, reverse("notices:objections_decide")


def of_a_correction(world: World) -> Form:
    [target] = add_targets(world, 1)
    return world.supervisor, reverse("notices:correction", args=[target.pk])


def of_an_official_account(world: World) -> Form:
    account = register_official_account(
        actor=world.officer,
        second=world.supervisor,
        firm=world.firm,
        platform=world.platform,
        site="taobao",
        canonical_id="101",
        url="https://shop101.taobao.com/",
        name="澄溪岚旗舰店",
    )
    return world.supervisor, reverse("listings:official_decide", args=[account.pk])


FORMS: list[Callable[[World], Form]] = [
    of_a_complaint,
    of_a_case,
    of_targets,
    of_a_draft,
    of_items,
    of_an_approval,
    of_objections,
    of_a_correction,
    of_an_official_account,
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize(
    "body", [{}, {"act": ""}, {"act": "destroy", "reason": "误报", "ids": "1"}], ids=str
)
def test_a_form_without_a_known_act_is_400_and_changes_nothing(form, body, world):
    person, address = form(world)
    client = Client()
    client.force_login(person)
    before = AuditEntry.objects.count()
    answer = client.post(address, body)
    assert answer.status_code == 400
    assert "没有说明要做什么" in answer.content.decode()
    assert AuditEntry.objects.count() == before


def test_no_view_reads_the_act_by_itself():
    """`chosen_act` names what a page offers; a view that read the field could do one act where another was sent."""
    for path in sorted(PROJECT.glob("*/**/*.py")):
        name = path.relative_to(PROJECT).as_posix()
        if name.startswith((".venv/", "tests/")) or name == READS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                "request.POST.get"
            ):
                assert ast.unparse(node.args[0]) != "'act'", f"{name}:{node.lineno}"
