"""Who works here: units, and users with a role and duties."""

from typing import Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from corps.database.references import is_kept


class Unit(models.Model):
    """A section of the corps. `path` lists the units above it and itself, as "/1/4/", so that "below" is a prefix."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = models.CharField(max_length=200, unique=True, editable=False, null=True)

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> Self:
        """Administrators see every account; everybody else the colleagues who are active."""
        if not user.is_authenticated:
            return self.none()
        if user.scope in (User.Scope.SYSTEM, User.Scope.AUDIT):
            return self
        if user.is_corps:
            return self.in_scope(User.Scope.CASES).filter(is_active=True)
        return self.filter(pk=user.pk)

    def peers_of(self, user: "User") -> Self:
        """People of the same role whose accounts are open, the person included."""
        return self.filter(is_active=True, role=user.role)

    def in_scope(self, scope: "User.Scope") -> Self:
        """People who see the records of this scope."""
        return self.filter(role__in=User.roles_in(scope))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc] # the plugin knows Manager's alone
    def create_user(
        self, username: str, password: str | None = None, **fields
    ) -> "User":
        """A new account; without a password it cannot sign in."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person with exactly one role. What a role may do stands in the access table (`corps.access`), whose records
    it sees is its scope, and which of them, `visible_to` of the querysets."""

    class Role(models.TextChoices):
        OFFICER = "officer", _("Officer")
        SUPERVISOR = "supervisor", _("Supervisor")
        LIAISON = "liaison", _("Platform liaison")
        REPRESENTATIVE = "representative", _("Firm representative")
        ADMINISTRATOR = "administrator", _("System administrator")
        AUDITOR = "auditor", _("Security auditor")

    class Scope(models.TextChoices):
        """Whose records a person sees, by the role: what `visible_to` of the querysets asks, and never a role."""

        CASES = "cases", _("cases, and the registers they stand on")
        PLATFORM = "platform", _("letters to the own platform")
        FIRM = "firm", _("complaints of the own firm")
        SYSTEM = "system", _("accounts and reference data")
        AUDIT = "audit", _("the audit")

    class Duty(models.TextChoices):
        HEAD_OF_UNIT = "head_of_unit", _("Head of the handling unit")
        REVIEWER = "reviewer", _("Reviewer")
        HEAD_OF_DEPARTMENT = "head_of_department", _("Head of department")
        PAST_EVENTS = "record_past_event", _("May record past events")

    username = models.CharField(
        _("sign-in name"),
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
                _("Letters, digits, dot, dash and underscore only."),
            )
        ],
    )
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    duties = ArrayField(
        models.CharField(max_length=32, choices=Duty.choices), default=list, blank=True
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="members"
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Somebody else knows the password: it was handed out. Asked for before anything else in the browser.
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True)
    # By list: hidden columns, and filters with a name. Kept here, since every page fetches the person anyway.
    lists = models.JSONField(default=dict, blank=True)
    # Until when the person has been told what happened: that is what "since you were here" begins with.
    caught_up_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        triggers = [is_kept("user")]
        constraints = [
            # Signing in asks for the name in any case.
            models.UniqueConstraint(
                Upper("username"), name="one_sign_in_name_in_any_case"
            ),
            models.CheckConstraint(
                name="corps_members_have_a_unit",
                condition=~models.Q(role__in=("officer", "supervisor"))
                | models.Q(unit__isnull=False),
            ),
            models.CheckConstraint(
                name="duties_belong_to_supervisors",
                condition=models.Q(role="supervisor")
                | models.Q(duties=[])
                | models.Q(duties=["record_past_event"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    @classmethod
    def roles_in(cls, scope: Scope) -> tuple[str, ...]:
        """The roles whose people see the records of this scope."""
        return tuple(role for role, own in SCOPES.items() if own == scope)

    @property
    def scope(self) -> Scope:
        """Whose records the person sees."""
        return SCOPES[self.role]

    @property
    def is_corps(self) -> bool:
        """Officers and supervisors: those who may read case content."""
        return self.scope == self.Scope.CASES

    @property
    def reads_registers(self) -> bool:
        """The corps and the administrators: who reads firms, platforms, liaisons and forms of addresses."""
        return self.scope in (self.Scope.CASES, self.Scope.SYSTEM)

    @property
    def sees_units_below(self) -> bool:
        """A supervisor reads the cases of the units below the own one as well."""
        return self.role == self.Role.SUPERVISOR

    @property
    def sees_every_unit(self) -> bool:
        """Reviewer and head of department read the cases of all units."""
        return bool(
            {self.Duty.REVIEWER, self.Duty.HEAD_OF_DEPARTMENT}.intersection(self.duties)
        )

    @property
    def is_staff(self) -> bool:
        """Django's admin site is open to administrators only."""
        return self.role == self.Role.ADMINISTRATOR and self.is_active

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_staff

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return self.is_staff

    def has_module_perms(self, label: str) -> bool:
        return self.is_staff


# One scope for each role; a new role says here what its people see.
SCOPES: dict[str, User.Scope] = {
    User.Role.OFFICER: User.Scope.CASES,
    User.Role.SUPERVISOR: User.Scope.CASES,
    User.Role.LIAISON: User.Scope.PLATFORM,
    User.Role.REPRESENTATIVE: User.Scope.FIRM,
    User.Role.ADMINISTRATOR: User.Scope.SYSTEM,
    User.Role.AUDITOR: User.Scope.AUDIT,
}


class ApiKeyUse(models.Model):
    """That a key was used on a day from an address; the first time of each is in the audit."""

    key = models.ForeignKey(
        "corps.ApiKey", models.CASCADE, related_name="uses", db_index=False
    )
    on = models.DateField()
    address = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "on", "address"], name="a_use_of_a_key_is_noted_once"
            )
        ]


class ApiKey(models.Model):
    """A key of an account for the API; only its SHA-256 is kept. Shown once, when made."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=8)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
