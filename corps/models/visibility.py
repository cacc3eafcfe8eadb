"""Querysets of what everybody of the corps, or everybody who keeps the registers, may see."""

from typing import Self

from django.db import models


class CorpsQuerySet(models.QuerySet):
    """What the whole corps reads, and nobody else."""

    def visible_to(self, user) -> Self:
        """All of it to officers and supervisors; nothing to others."""
        if user.is_authenticated and user.is_corps:
            return self
        return self.none()


class RegisterQuerySet(models.QuerySet):
    """What the corps and the administrators read."""

    def visible_to(self, user) -> Self:
        """All of it to officers, supervisors and administrators; nothing to others."""
        if user.is_authenticated and user.reads_registers:
            return self
        return self.none()
