"""One official account, the forms of its address, and targets in and beside its store."""

from cases.models import Target
from listings.models import Listing
from stores.models import OfficialAccount, Store
from tests.accounts import register_official_account
from tests.notices.world import World, add_targets

STORE = "104736810"


FORMS = (
    f"https://shop{STORE}.taobao.com/",
    f"HTTPS://SHOP{STORE}.TAOBAO.COM/?spm=a21n57.1.0.0&ns=1",
    f"【官方店】http://shop{STORE}.taobao.com/search.htm 点击链接直接打开",
    f"shop{STORE}.taobao.com",
    f"https://shop{STORE}.tmall.com/",
)


LISTING = "612345678901"


def protect(world: World) -> OfficialAccount:
    """Register the account, as the form does."""
    return register_official_account(
        firm=world.firm,
        platform=world.platform,
        site="taobao",
        canonical_id=STORE,
        url=FORMS[0],
        name="官方旗舰店",
        actor=world.officer,
    )


def targets_in_the_store(world: World) -> tuple[Target, Target, Target]:
    """A listing in the store, the store itself, and a listing elsewhere, all reported before anybody knows."""
    inside, elsewhere = add_targets(world, 2)
    [itself] = add_targets(world, 1, kind="store")
    Store.objects.filter(pk=itself.store_id).update(canonical_id=STORE, url=FORMS[0])
    Listing.objects.filter(pk=inside.listing_id).update(store_id=itself.store_id)
    return inside, itself, elsewhere
