"""Static files under names that hold their hash, so that browsers may keep them for good."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_ANY_SCRIPT, IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns  # type: ignore[attr-defined]


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """As whitenoise has them; what was not collected is asked for under its plain name, and asked about each minute.

    Of scripts only our own have their imports led to hashed names: those of packages import what they do not ship.
    """

    patterns = (*HashedFilesMixin.patterns, ("js/*.js", IMPORTS))
    manifest_strict = False
