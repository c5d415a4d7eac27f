"""Records of the sandbox and of an account are kept apart."""

from functools import partial

import pytest

from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.standins import INSTANCE_ID
from clinic_bot.store.strangers import keep_apart
from tests.support import builders as b
from tests.support.store import Store

SANDBOX = b.INSTANCE


def check(store: Store, instance: str) -> None:
    store.run(partial(keep_apart, instance=instance, sandbox=SANDBOX))


def test_an_empty_database_is_for_either(store: Store) -> None:
    assert SANDBOX == INSTANCE_ID
    check(store, SANDBOX)
    check(store, "3D0000")


def test_an_account_is_never_started_on_the_sandboxs_patients(store: Store) -> None:
    store.take(b.message())
    check(store, SANDBOX)
    with pytest.raises(Misconfigured, match="the sandbox's patients"):
        check(store, "3D0000")


@pytest.mark.parametrize("instance", ["3D0000", "FFFF"], ids=["before it", "behind it"])
def test_the_sandbox_is_never_started_on_patients_and_an_account_may_change_its_instance(
    store: Store, instance: str
) -> None:
    who = b.contact(b.PHONE)
    store.take(b.message(who=type(who)(instance, who.phone, who.phone_key, None, None)))
    check(store, instance)
    check(store, "another-of-the-clinic")
    with pytest.raises(Misconfigured, match="patients of a real account"):
        check(store, SANDBOX)
