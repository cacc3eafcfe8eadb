"""What `corps.installation` asks of the apps: to load anew what they keep in memory."""

from collections.abc import Callable

from corps.extensions import ExtensionPoint

reference_data_reloaders = ExtensionPoint[Callable[[], None]](
    "corps.installation.reference_data_reloaders",
    "Loads reference data anew that a process keeps in memory; called outside of any"
    " change.",
)
