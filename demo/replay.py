"""Walking the real path with a campaign folder: every act by the account whose job it is, at the folder's time.

The folder says what came from outside. The corps's own acts between are written here, and each calls the same verb as
the browser and the API. Nothing here writes a count.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from cases import workflow as casework
from cases.models import Campaign, Case, LegalGround, Target
from cases.states import NOTICEABLE, UNFINISHED, Seen, TargetState
from cases.titles import proposed_title
from corps import workflow as corps_workflow
from corps.deadlines.clock import SHANGHAI, now
from corps.errors import TransitionRefused
from demo import accounts
from demo.accounts import Cast
from demo.folder import (
    Account,
    AnswerLine,
    Arrival,
    CheckLine,
    Company,
    Contact,
    Folder,
)
from demo.services import Machinery
from firms import workflow as firmwork
from firms.models import Firm
from listings.addresses import read_cell
from listings.sites import platform_of
from notices import workflow as noticework
from notices.models import Notice, NoticeItem
from notices.states import UNDECIDED, ItemState, ObjectionState
from notices.workflow import ItemCheck, Reply
from stores import workflow as storework
from stores.models import Platform

NINE = time(9)
IMPORT_PATIENCE, MAIL_PATIENCE = 180.0, 60.0
# What was asked to be restored is not asked for again.
NOTICED_AGAIN = tuple(state for state in NOTICEABLE if state in UNFINISHED)
KINDS = (Target.Kind.LISTING, Target.Kind.STORE)
# (kind, canonical id) within one platform.
Key = tuple[str, str]
# Checks of different targets, by target.
Wave = dict[int, CheckLine]
CONTENT_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
}


class ReplayError(Exception):
    """The path came to an end where it should not; the message says where."""


@dataclass
class Replay:
    """One walk through a folder. refused: replies that were refused. say: shows a line of progress."""

    folder: Folder
    machinery: Machinery
    say: Callable[[str], None]
    refused: int = 0
    cast: Cast = field(default_factory=Cast)
    platforms: dict[str, Platform] = field(default_factory=dict)
    firms: dict[str, Firm] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    campaign: Campaign | None = None

    def run(self) -> None:
        """From registering the participants to the last objection. Raises ReplayError, MachineryError."""
        self.register()
        for number, arrival in enumerate(self.folder.arrivals, start=1):
            self.take_in(arrival, number)
        for number in self.folder.rounds:
            self.walk_round(number)
        self.decide_objections()

    def register(self) -> None:
        """Accounts, the campaign, platforms with their liaisons, firms with their brands and official accounts."""
        folder = self.folder
        arrived = [arrival.received_on for arrival in folder.arrivals]
        at = _at(min([folder.campaign.opens, *arrived]))
        self.cast = accounts.engage_staff(at)
        self.campaign = self._open_campaign(at)
        for platform in folder.platforms:
            self.platforms[platform.slug] = storework.register_platform(
                actor=self.cast["admin"],
                slug=platform.slug,
                name=platform.name,
                name_en=platform.name_en,
                at=at,
            )
        accounts.engage_liaisons(self.cast, folder, at)
        for contact in folder.liaisons:
            self._appoint_liaison(contact, at)
        for company in folder.firms:
            self._register_firm(company, at)
        for account in folder.accounts:
            self._register_official(account, at)
        self.say(
            f"{len(folder.platforms)} platforms, {len(folder.firms)} firms, {len(folder.accounts)} official accounts"
        )

    def _open_campaign(self, at: datetime) -> Campaign:
        facts = self.folder.campaign
        return casework.open_campaign(
            actor=self.cast["chief"],
            name=facts.name,
            name_en=facts.name_en,
            opens_on=facts.opens,
            closes_on=facts.closes,
            reply_working_days=facts.reply_working_days,
            check_working_days=facts.check_working_days,
            at=at,
        )

    def _appoint_liaison(self, contact: Contact, at: datetime) -> None:
        """A primary liaison has an account, a backup has none."""
        user = None
        if contact.duty == "primary":
            user = self.cast.liaisons[contact.platform]
        storework.appoint_liaison(
            platform=self.platforms[contact.platform],
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            duty=contact.duty,
            user=user,
            actor=self.cast["admin"],
            at=at,
        )

    def _register_firm(self, company: Company, at: datetime) -> None:
        brands = self.folder.brands.get(company.code, [])
        short = company.name.partition("（")[0]
        firm = firmwork.register_firm(
            actor=self.cast["admin"],
            code=company.code,
            name=company.name,
            name_en=company.name_en,
            short_name=short if len(short) <= 5 else "",
            uscc=company.uscc,
            licence=company.licence,
            brands=brands,
            at=at,
        )
        self.firms[company.code] = firm
        accounts.engage_representative(self.cast, firm, at)

    def _register_official(self, account: Account, at: datetime) -> None:
        address = read_cell(account.address)
        if account.platform not in self.platforms:
            self.say(
                f"{account.address}: {account.platform} takes no part in this campaign"
            )
            return
        try:
            proposed = storework.propose_official_account(
                firm=self.firms[account.firm],
                platform=self.platforms[account.platform],
                site=address.site,
                canonical_id=address.canonical_id,
                url=address.canonical_url,
                name=account.name,
                actor=self.cast["officer"],
                at=at,
            )
            storework.confirm_official_account(
                account=proposed, actor=self.cast["supervisor"], at=at
            )
        except TransitionRefused as known:
            self.say(f"{account.address}: {known.message}")

    def take_in(self, arrival: Arrival, number: int) -> None:
        """One sheet: import, complaint, and the case that all complaints of its firm make together."""
        at, officer = _at(arrival.received_on), self.cast["officer"]
        path = self.folder.sheet(arrival)
        sheet = corps_workflow.store_file(
            path.read_bytes(),
            CONTENT_TYPES.get(path.suffix.lower(), "application/octet-stream"),
        )
        complaint, sheet_import = casework.submit_complaint(
            actor=self.cast.representatives[arrival.firm],
            firm=self.firms[arrival.firm],
            subject=arrival.subject,
            received_on=arrival.received_on,
            sheet=sheet,
            sheet_name=arrival.file,
            campaign=self.campaign,
            needs_review=False,
            claims_confirmed_by=officer,
            at=at,
        )
        if sheet_import is None:
            raise ReplayError(f"{arrival.file} began no import.")
        done = self.machinery.await_import(sheet_import, IMPORT_PATIENCE)
        complaint = casework.accept_complaint(complaint=complaint, actor=officer, at=at)
        case = self.cases.get(arrival.firm)
        if case is None:
            self.cases[arrival.firm] = self._open_case(complaint, at)
        else:
            casework.add_complaints(
                case=case, complaints=[complaint], actor=officer, at=at
            )
        self.say(
            f"sheet {number} of {len(self.folder.arrivals)}: {arrival.file}, {done.rows} rows"
        )

    def _open_case(self, complaint, at: datetime) -> Case:
        officer = self.cast["officer"]
        day = complaint.received_on
        legal_ground = LegalGround.objects.valid_on(day).sufficient().first()
        if legal_ground is None:
            raise ReplayError(f"No legal ground is in force on {day}.")
        case = casework.open_case(
            actor=officer,
            complaints=[complaint],
            title=proposed_title(at, legal_ground.name),
            campaign=self.campaign,
            lead=officer,
            second=self.cast["officer2"],
            at=at,
        )
        casework.give_ground(case=case, actor=officer, ground=legal_ground, at=at)
        return casework.file_case(case=case, actor=self.cast["chief"], at=at)

    def walk_round(self, number: int) -> None:
        """Notices of a round, their sending, the replies, the checks."""
        replies = [reply for reply in self.folder.answers if reply.round == number]
        checks = [check for check in self.folder.checks if check.round == number]
        first = min(row.at for row in replies or checks).astimezone(SHANGHAI).date()
        notices = self._issue(_at(first - timedelta(days=1)))
        items = sum(notice.items.count() for notice in notices)
        self.machinery.await_deliveries(MAIL_PATIENCE)
        self.say(f"round {number}: {len(notices)} notices with {items} items are sent")
        refused = self._enter_replies(replies, notices)
        self.say(f"round {number}: {len(replies)} replies, {refused} of them refused")
        judged, back = self._enter_checks(checks)
        self.say(
            f"round {number}: {len(checks)} checks, {judged} items judged, {back} relistings"
        )

    def _issue(self, at: datetime) -> list[Notice]:
        """Whatever waits for a notice goes into one, for each case and platform; approved and issued."""
        officer, supervisor = self.cast["officer"], self.cast["supervisor"]
        issued = []
        for case in self.cases.values():
            waiting = Target.objects.filter(
                case=case, state__in=NOTICED_AGAIN, is_official=False
            )
            ids = list(waiting.values_list("pk", flat=True))
            if not ids:
                continue
            composed = noticework.compose_notices(
                case=case, actor=officer, at=at, targets=ids
            )
            for code in sorted({blocked.code for blocked in composed.blocked}):
                count = sum(blocked.code == code for blocked in composed.blocked)
                self.say(f"{case.number}: {count} targets go into no notice: {code}")
            for notice in composed.notices:
                notice = noticework.submit_notice(notice=notice, actor=officer, at=at)
                issued.append(
                    noticework.approve_notice(
                        notice=notice, actor=supervisor, version=notice.version, at=at
                    )
                )
        return issued

    def _enter_replies(self, replies: list[AnswerLine], notices: list[Notice]) -> int:
        """Enter each as the primary liaison of the platform it names; how many were refused.

        A reply goes to the notice of that platform and round that holds its address, otherwise to any notice of the
        platform, which refuses it. Within a notice the order of the file is kept.
        """
        refused = 0
        for slug, lot in _grouped(replies, lambda reply: reply.platform).items():
            platform = self.platforms[slug]
            holders = _holders(
                [notice for notice in notices if notice.platform_id == platform.pk]
            )
            somewhere = (
                next(iter(holders.values()), None)
                or platform.notices.order_by("-pk").first()
            )
            routed: dict[Notice | None, list[AnswerLine]] = {}
            for reply in lot:
                key = _key(reply.address, slug)
                holder = holders.get(key) if key else None
                routed.setdefault(holder or somewhere, []).append(reply)
            for notice, said in routed.items():
                refused += self._answer(notice, said)
        self.refused += refused
        return refused

    def _answer(self, notice: Notice | None, replies: list[AnswerLine]) -> int:
        """Enter the replies that go to one notice; how many it refused. Without any notice nobody could answer."""
        if notice is None:
            return len(replies)
        results = noticework.answer_items(
            notice=notice,
            replies=[
                Reply(
                    reply.line,
                    reply.outcome,
                    address=reply.address,
                    at=reply.at,
                    remark=reply.remark,
                )
                for reply in replies
            ],
            actor=self.cast.liaisons[replies[0].platform],
            at=max(reply.at for reply in replies),
        )
        return sum(not result.ok for result in results)

    def _enter_checks(self, checks: list[CheckLine]) -> tuple[int, int]:
        """Enter checks in the order of the file; how many items were judged, and how many targets found back.

        What is claimed is judged; a verified target seen live is a relisting; everything else changes nothing.
        """
        targets = _targets_at(check.address for check in checks)
        of_targets = (
            (targets[check.address], check)
            for check in checks
            if check.address in targets
        )
        judged = back = 0
        for wave in _waves(of_targets):
            claimed = dict(
                NoticeItem.objects.filter(
                    target__in=wave, state=ItemState.CLAIMED
                ).values_list("target_id", "pk")
            )
            judged += self._check_claimed(wave, claimed)
            back += self._find_back(wave, claimed)
        return judged, back

    def _check_claimed(self, wave: Wave, claimed: dict[int, int]) -> int:
        """Enter the checks of claimed items; how many were judged. claimed: target → item."""
        item_checks = [
            ItemCheck(claimed[pk], check.seen, check.at)
            for pk, check in wave.items()
            if pk in claimed
        ]
        if not item_checks:
            return 0
        results = noticework.check_items(
            checks=item_checks, actor=self.cast["officer2"]
        )
        return sum(result.ok for result in results)

    def _find_back(self, wave: Wave, claimed: dict[int, int]) -> int:
        """Enter the checks that saw a target live which is not claimed; how many verified ones were found back."""
        live = [
            pk
            for pk, check in wave.items()
            if pk not in claimed and check.seen == Seen.LIVE
        ]
        verified = Target.objects.filter(pk__in=live, state=TargetState.VERIFIED)
        back = 0
        for pk in sorted(verified.values_list("pk", flat=True)):
            results = noticework.check_again(
                targets=[pk],
                seen=Seen.LIVE,
                actor=self.cast["officer2"],
                at=wave[pk].at,
            )
            back += results[0].ok
        return back

    def decide_objections(self) -> None:
        """Lodge, take up and decide each, in the order of the file; one that an appeal opened is there already."""
        objections = self.folder.objections
        targets = _targets_at(objection.address for objection in objections)
        officer, decider = self.cast["officer"], self.cast["supervisor2"]
        upheld = 0
        for said in objections:
            reason = said.reason or "未说明理由"
            try:
                target = Target.objects.get(pk=targets[said.address])
                objection = target.objections.filter(
                    state__in=UNDECIDED
                ).first() or noticework.lodge_objection(
                    target=target, actor=officer, reason=reason, at=said.at
                )
            except KeyError:
                self.say(
                    f"objections.csv, line {said.line}: {said.address} is no target"
                )
                continue
            except TransitionRefused as refused:
                self.say(f"objections.csv, line {said.line}: {refused.message}")
                continue
            if objection.state == ObjectionState.LODGED:
                noticework.accept_objection(
                    objection=objection, actor=officer, at=said.at
                )
            noticework.decide_objection(
                objection=objection,
                actor=decider,
                upheld=said.upheld,
                reason=reason,
                at=said.at,
            )
            upheld += said.upheld
        self.say(f"{len(objections)} objections, {upheld} of them upheld")


def _at(day: date) -> datetime:
    """09:00 in Shanghai on a day, or this moment if that has not come yet."""
    return min(datetime.combine(day, NINE, SHANGHAI), now())


def _grouped(
    rows: Iterable[AnswerLine], key: Callable[[AnswerLine], str]
) -> dict[str, list[AnswerLine]]:
    groups: dict[str, list[AnswerLine]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _key(text: str, slug: str) -> Key | None:
    """What an address names on a platform; None if it cannot be read or lies elsewhere."""
    address = read_cell(text)
    if address.kind not in KINDS or platform_of(address.site) != slug:
        return None
    return address.kind, address.canonical_id


def _holders(notices: list[Notice]) -> dict[Key, Notice]:
    """Which of the notices holds which address."""
    by_id = {notice.pk: notice for notice in notices}
    rows = NoticeItem.objects.filter(notice__in=by_id).values_list(
        "notice_id",
        "target__kind",
        "target__listing__canonical_id",
        "target__store__canonical_id",
    )
    return {
        (kind, listing or store): by_id[notice] for notice, kind, listing, store in rows
    }


def _targets_at(addresses: Iterable[str]) -> dict[str, int]:
    """Address as written → id of the target there, for those that are targets."""
    named: dict[str, tuple[str, str, str]] = {}
    for text in addresses:
        address = read_cell(text)
        if address.kind in KINDS:
            named[text] = (
                platform_of(address.site),
                address.kind,
                address.canonical_id,
            )
    found: dict[tuple[str, str, str], int] = {}
    for kind in KINDS:
        ids = {
            canonical_id
            for _slug, of_kind, canonical_id in named.values()
            if of_kind == kind
        }
        rows = Target.objects.filter(**{"kind": kind, f"{kind}__canonical_id__in": ids})
        for pk, slug, canonical_id in rows.values_list(
            "pk", "platform__slug", f"{kind}__canonical_id"
        ):
            found[slug, kind, canonical_id] = pk
    return {text: found[key] for text, key in named.items() if key in found}


def _waves(checks: Iterable[tuple[int, CheckLine]]) -> list[Wave]:
    """Checks in lots that hold each target once: a target's first checks, then its second ones, and so on."""
    waves: list[Wave] = []
    for pk, check in checks:
        wave = next((wave for wave in waves if pk not in wave), None)
        if wave is None:
            waves.append(wave := {})
        wave[pk] = check
    return waves
