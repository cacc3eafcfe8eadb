"""Forms of addresses that administrators add: how one is put, what it reads, and what the processes go by."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from listings.addresses import Address, canonical_url, pages_read, read_cell
from listings.addresses.added import Added, in_force, put_in_force, tried
from listings.addresses.diagnosis import why_unknown_host
from listings.addresses.pages import ANY, NONE, Page, pages
from listings.addresses.table import FAMILIES, HOSTS, PAGES, SITES, services
from listings.models import AddressForm
from listings.sites import LABELS, platform_of
from stores.models import Platform

Kind = AddressForm.Kind
ID = "{id}"
KINDS: dict[str, Any] = {**dict(Kind.choices), "forwarding": _("Forwarding page")}
_HOST = re.compile(r"(?:\{id\}\.|shop\{id\}\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LABEL = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_PATH = re.compile(r"(?:/[A-Za-z0-9_.~%-]*(?:\{id\})?[A-Za-z0-9_.~%-]*)*")
_PARAMETER = re.compile(r"[A-Za-z0-9_.-]+")
# Ids of each shape that a form must read: of the first ones as well as of its example.
PROBES = {
    "N": ("10086", "674512345678"),
    "H": ("64a1b2c3d4e5f60718293a4b",),
    "C": ("Ab3dE5", "x_9-7.k2"),
}
# Hosts by these are nobody's.
_NOBODYS = ("ip-literal", "punycode")


@dataclass(frozen=True, slots=True)
class Reading:
    """What an address is read as, and by which rules. added: the form that an administrator added, if it is one."""

    text: str
    address: Address
    rules: tuple[Page, ...]
    added: int | None

    @property
    def rows(self) -> list["FormRow"]:
        """The rules as the list of forms shows them."""
        return [row_of(page) for page in self.rules]

    @property
    def kind_label(self) -> Any:
        """What it is read as, in words."""
        return KINDS.get(self.address.kind, _("not read"))

    @property
    def site_label(self) -> Any:
        """The site's name."""
        return LABELS.get(self.address.site, self.address.site)


def page_of(form: AddressForm) -> Page:
    """The row of the table that a form is. Only for forms that name pages, not for labels of services."""
    place = "{" + {"C": "L"}.get(form.id_shape, form.id_shape) + "}"
    path = {"*": ANY}.get(form.path) or form.path.rstrip("/") or NONE
    [page] = pages(
        form.site,
        form.kind,  # type: ignore[arg-type] # service is left out
        form.host.replace(ID, place),
        path.replace(ID, "{" + form.id_shape + "}"),
        query=form.parameter,
        takes=form.parameter and form.id_shape,
        prefix=form.id_prefix,
        is_shop_front=ID in form.host,
    )
    return page


def added_by(forms: Iterable[AddressForm]) -> Added:
    """What these forms add to the table."""
    rows: list[tuple[int, Page]] = []
    labels: dict[str, set[str]] = {}
    for form in forms:
        if form.kind == Kind.SERVICE:
            labels.setdefault(form.site, set()).add(form.host)
        else:
            rows.append((form.pk or 0, page_of(form)))
    return Added(tuple(rows), {site: frozenset(some) for site, some in labels.items()})


def reload() -> None:
    """Have this process go by the forms that are in force. One statement."""
    put_in_force(added_by(AddressForm.objects.in_force()))


def explained(text: str) -> Reading:
    """What a cell is read as, and by which rules, outermost first."""
    rules = tuple(pages_read(text))
    return Reading(text, read_cell(text), rules, in_force().form_among(rules))


def tried_with(
    form: AddressForm, lines: Iterable[str]
) -> list[tuple[Reading, Reading]]:
    """What each line is read as now, and what with this form besides."""
    candidate = added_by([*AddressForm.objects.in_force().exclude(pk=form.pk), form])
    before = [explained(line) for line in lines]
    with tried(candidate):
        return [(now, explained(now.text)) for now in before]


def is_known(platform: str) -> bool:
    """Whether any rule reads addresses of a platform, by its slug."""
    sites = {page.site for page in PAGES} | {
        page.site for _form, page in in_force().pages
    }
    return platform in {platform_of(site) for site in sites if site}


def check(form: AddressForm) -> None:
    """Refuse a form that cannot be, that contradicts what is known, or that does not read its own example.

    Raises ValidationError by field.
    """
    form.full_clean(exclude=["added_by", "added_at"], validate_constraints=False)
    if form.kind == Kind.SERVICE:
        _check_label(form)
        return
    _check_shape(form)
    _check_host(form)
    _check_reading(form)


def _check_label(form: AddressForm) -> None:
    """A label of a service must be one that the site's stores could have, and its example a host under it."""
    if not _LABEL.fullmatch(form.host):
        raise ValidationError(
            {"host": _("Give the first part of the host alone, such as mdetail.")}
        )
    if form.path or form.parameter or form.id_shape or form.id_prefix:
        raise ValidationError({"kind": _("A service label has neither path nor id.")})
    now = explained(form.example)
    fits = (
        now.address.kind == "store"
        and now.address.site == form.site
        and now.rules[-1].family
    )
    if not fits or not re.search(
        rf"(?://|^){re.escape(form.host)}\.", form.example.lower()
    ):
        raise ValidationError(
            {
                "example": _(
                    "Give an address under this label that is read as a store of this site now."
                )
            }
        )


def _check_shape(form: AddressForm) -> None:
    """Path and parameter must be written as such, and an id be named if and only if the kind of page has one."""
    if form.path != "*" and not _PATH.fullmatch(form.path):
        raise ValidationError(
            {
                "path": _(
                    "A path begins with / and holds letters, digits and {id} at most once."
                )
            }
        )
    if form.parameter and not _PARAMETER.fullmatch(form.parameter):
        raise ValidationError(
            {"parameter": _("Give the name of the parameter alone, such as goods_id.")}
        )
    if form.kind == Kind.SEARCH:
        _check_without_id(form)
    else:
        _check_id_position(form)
        _check_id_prefix(form)


def _id_positions(form: AddressForm) -> int:
    """In how many positions of its address a form has an id."""
    return form.host.count(ID) + form.path.count(ID) + bool(form.parameter)


def _check_without_id(form: AddressForm) -> None:
    """A search page shows no one thing: nothing of its address may be an id."""
    if _id_positions(form) or form.id_shape or form.id_prefix:
        raise ValidationError(
            {
                "kind": _(
                    "A search page has no id: leave {id}, parameter and form of the id out."
                )
            }
        )


def _check_id_position(form: AddressForm) -> None:
    """The id must be in one position, of one shape, and in the host where any path goes with it."""
    if _id_positions(form) != 1:
        said = _(
            "Say once where the id stands: {id} in the host or in the path, or the name of a parameter."
        )
        raise ValidationError({"path": said})
    if not form.id_shape:
        raise ValidationError({"id_shape": _("Say which ids this form has.")})
    if form.path == "*" and ID not in form.host:
        raise ValidationError({"path": _("Any path goes only with an id in the host.")})


def _check_id_prefix(form: AddressForm) -> None:
    """What ids begin with must be a word of its own, and a short link's code has no such word."""
    if form.kind == Kind.SHORT and form.id_prefix:
        raise ValidationError(
            {"id_prefix": _("A short link's code has no beginning of its own.")}
        )
    if form.id_prefix and not re.fullmatch(r"[a-z]{1,11}[:/]", form.id_prefix):
        raise ValidationError(
            {"id_prefix": _("Small letters and a colon, such as u: or note:")}
        )


def _check_host(form: AddressForm) -> None:
    if not _HOST.fullmatch(form.host) or any(
        label.startswith("xn--") for label in form.host.split(".")
    ):
        said = _(
            "Give a host in small letters, such as item.example.com; {id} may stand first."
        )
        raise ValidationError({"host": said})
    bare = form.host.rpartition("}.")[2]
    if (
        bare not in HOSTS
        and bare not in FAMILIES
        and why_unknown_host(bare) in _NOBODYS
    ):
        raise ValidationError(
            {
                "host": _(
                    "This host names a machine or imitates another alphabet: it is no platform's."
                )
            }
        )
    if ID in form.host and bare in FAMILIES:
        raise ValidationError(
            {"host": _("The shipped rules read the hosts under this one already.")}
        )


def _check_reading(form: AddressForm) -> None:
    """What the form stands for must be unread now, and be read as it says with it."""
    wanted = (form.site, form.kind)
    for field, text in _probes(form):
        [(now, then)] = tried_with(form, [text])
        if now.address.kind != "invalid":
            said = _(
                "%(address)s is read already: %(site)s, %(kind)s, %(id)s. No form may take what is read."
            )
            found = {
                "address": text,
                "site": now.address.site,
                "kind": now.address.kind,
                "id": now.address.canonical_id,
            }
            raise ValidationError({field: said % found})
        if (then.address.site, then.address.kind) != wanted:
            said = _("%(address)s would not be read by this form: %(why)s")
            raise ValidationError(
                {
                    field: said
                    % {
                        "address": text,
                        "why": then.address.message or then.address.kind,
                    }
                }
            )
        with tried(added_by([form])):
            again = read_cell(canonical_url(*wanted, then.address.canonical_id))
        if (
            form.kind in (Kind.LISTING, Kind.STORE)
            and again.canonical_id != then.address.canonical_id
        ):
            said = _(
                "The id %(id)s could not be told from another one of the site. Give ids a beginning of their own."
            )
            raise ValidationError(
                {"id_prefix": said % {"id": then.address.canonical_id}}
            )


def _probes(form: AddressForm) -> Iterator[tuple[str, str]]:
    """The field that is at fault if it is not read as wanted, and an address of the form; its example last."""
    path = form.path.replace("*", "/x/y")
    for sample in PROBES.get(form.id_shape, ("",)):
        label = sample.lower().replace("_", "-").replace(".", "-")
        query = form.parameter and f"?{form.parameter}={sample}"
        yield (
            "host",
            f"https://{form.host.replace(ID, label)}{path.replace(ID, sample)}{query}",
        )
    yield "example", form.example


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form of addresses in the list. id: what is taken. form: the added one, None for one that is shipped."""

    site: str
    kind: str
    host: str
    path: str = ""
    parameter: str = ""
    id: str = ""
    form: AddressForm | None = None

    @property
    def kind_label(self) -> Any:
        """What it shows, in words."""
        return KINDS.get(self.kind, self.kind)

    @property
    def origin(self) -> str:
        """Where it comes from: "shipped", "added", or "retired" for one that was added and is not read any more."""
        if self.form is None:
            return "shipped"
        if self.form.retired_on is None:
            return "added"
        return "retired"

    @property
    def site_label(self) -> Any:
        """The name of the site; of one that is not in the table, its slug."""
        return LABELS.get(self.site, self.site or "—")


def row_of(page: Page) -> FormRow:
    """A row of the shipped table as the page lists it."""
    kind = {"wrapper": "forwarding", "launcher": "forwarding"}.get(page.kind, page.kind)
    taken = page.takes and f"{page.prefix}{{{page.takes}}}"
    return FormRow(
        page.site, kind, page.host, page.path or "/", " ".join(page.names), taken
    )


def rows_of(forms: Iterable[AddressForm]) -> list[FormRow]:
    """The forms that were added, as the page lists them, and then the shipped table, forwarding pages last."""
    added = [
        FormRow(
            form.site,
            form.kind,
            form.host,
            form.path,
            form.parameter,
            form.id_prefix + (form.id_shape and f"{{{form.id_shape}}}"),
            form,
        )
        for form in forms
    ]
    return added + sorted(map(row_of, PAGES), key=lambda row: row.kind == "forwarding")


def labels_of() -> list[FormRow]:
    """The shipped first labels of hosts that are services of a site, as the page lists them."""
    return [
        FormRow(site, Kind.SERVICE.value, label)
        for site in SITES
        for label in sorted(services(site))
    ]


def site_choices() -> list[tuple[str, str]]:
    """The sites of which a form may be added: those of the table by their names, and the registered platforms'."""
    names = {site: str(LABELS.get(site, site)) for site in SITES}
    names |= {
        platform.slug: platform.label
        for platform in Platform.objects.all()
        if platform.slug not in names
    }
    return list(names.items())
