"""Entries written straight into the ledger, as no verb would: what the database itself makes of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases.models import Case, Target
from corps.deadlines.clock import SHANGHAI
from firms.models import Firm
from notices.models import Check, LedgerEntry, Notice, NoticeItem, Recurrence
from tests.notices.world import World, add_targets
from tests.put_into import put_into

MIDNIGHT = datetime(2026, 4, 1, tzinfo=SHANGHAI)


@dataclass
class Book:
    """Two cases of two firms on two platforms, each with targets in a notice."""

    world: World
    items: list[NoticeItem] = field(default_factory=list)
    last: dict[int, int] = field(default_factory=dict)

    def entry(self, which: int, at: datetime) -> LedgerEntry:
        """The next ledger entry of a target, not yet written: +1, −1, +1 and so on."""
        item = self.items[which]
        nth = self.last[which] = self.last.get(which, 0) + 1
        kind = (
            LedgerEntry.Kind.STORE_SHUT
            if item.target.kind == "store"
            else LedgerEntry.Kind.LISTING_REMOVED
        )
        return LedgerEntry(
            **self._shared(item, at),
            nth=nth,
            sign=nth % 2 * 2 - 1,
            kind=kind,
            cause=LedgerEntry.Cause.MERGE,
        )

    def recurrence(self, which: int, at: datetime, kind: str) -> Recurrence:
        """A relisting or repeat removal, with the check that saw it written and itself not."""
        item = self.items[which]
        seen = "live" if kind == Recurrence.Kind.RELISTING else "gone"
        check = Check.objects.create(
            item=item, seen=seen, by=self.world.officer2, at=at
        )
        return Recurrence(**self._shared(item, at), kind=kind, check_row=check)

    def settle(self) -> None:
        """Let the targets say what their ledger entries say."""
        counted = [
            self.items[which].target_id for which, nth in self.last.items() if nth % 2
        ]
        put_into(Target.objects.filter(pk__in=counted), "verified", is_counted=True)

    @staticmethod
    def _shared(item: NoticeItem, at: datetime) -> dict:
        target = item.target
        return {
            "target": target,
            "item": item,
            "at": at,
            "case_id": target.case_id,
            "firm_id": target.firm_id,
            "platform_id": target.platform_id,
        }


def open_book(world: World) -> Book:
    """A second firm and case beside the world's, and for both a listing and a store on each platform."""
    other_firm = Firm.objects.create(
        code="HYS", name="禾曜衡", short_name="禾曜衡", uscc="91311912MAUHTHKE31"
    )
    other_case = Case.objects.get(pk=world.case.pk)
    other_case.pk, other_case.number, other_case.firm = None, "C2026-000002", other_firm
    other_case.save(force_insert=True)
    book = Book(world)
    for case, firm in ((world.case, world.firm), (other_case, other_firm)):
        for platform in (world.platform, world.other_platform):
            targets = [
                *add_targets(world, 1, platform=platform),
                *add_targets(world, 1, platform=platform, kind="store"),
            ]
            Target.objects.filter(pk__in=[target.pk for target in targets]).update(
                case=case, firm=firm
            )
            notice = Notice.objects.create(
                number=f"N2020-{Notice.objects.count() + 1:06}",
                case=case,
                platform=platform,
                drafted_by=world.officer,
                drafted_at=MIDNIGHT,
            )
            for position, target in enumerate(targets, start=1):
                target.case, target.firm = case, firm
                book.items.append(
                    NoticeItem.objects.create(
                        notice=notice,
                        target=target,
                        position=position,
                        ground=world.ground,
                    )
                )
    return book


def moment(hours: int) -> datetime:
    """So many hours after the beginning of April 2026 in Shanghai."""
    return MIDNIGHT + timedelta(hours=hours)
