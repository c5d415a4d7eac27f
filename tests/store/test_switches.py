"""What stops all answers of an instance."""

from functools import partial

from clinic_bot.store import switches
from clinic_bot.store.switches import ActiveSwitch
from clinic_bot.store.tables import SwitchName
from tests.support.builders import INSTANCE
from tests.support.store import Store


def turn_on(store: Store, name: SwitchName, reason: str = "why", *, instance: str = INSTANCE) -> bool:
    return store.run(
        partial(switches.turn_on, instance=instance, name=name, reason=reason, now_ms=store.now_ms)
    )


def turn_off(store: Store, name: SwitchName) -> bool:
    return store.run(partial(switches.turn_off, instance=INSTANCE, name=name))


def active(store: Store, instance: str = INSTANCE) -> tuple[ActiveSwitch, ...]:
    return store.run(partial(switches.active, instance=instance))


def test_at_first_nothing_is_switched_off(store: Store) -> None:
    assert active(store) == ()


def test_switches_that_are_on_are_told_oldest_first(store: Store) -> None:
    assert turn_on(store, SwitchName.ZAPI_ACCOUNT, "subscription")
    assert turn_on(store.later(1_000), SwitchName.PAUSED, "holiday")
    assert active(store) == (
        ActiveSwitch(SwitchName.ZAPI_ACCOUNT, store.now_ms - 1_000, "subscription"),
        ActiveSwitch(SwitchName.PAUSED, store.now_ms, "holiday"),
    )


def test_turning_on_twice_keeps_the_first_time_and_reason(store: Store) -> None:
    turn_on(store, SwitchName.PAUSED, "first")
    assert not turn_on(store.later(5_000), SwitchName.PAUSED, "second")
    (switch,) = active(store)
    assert (switch.since_ms, switch.reason) == (store.now_ms - 5_000, "first")


def test_turning_off_says_whether_it_was_on(store: Store) -> None:
    turn_on(store, SwitchName.PAUSED)
    assert turn_off(store, SwitchName.PAUSED)
    assert not turn_off(store, SwitchName.PAUSED)
    assert active(store) == ()


def test_one_reason_taken_away_leaves_the_others(store: Store) -> None:
    turn_on(store, SwitchName.PAUSED)
    turn_on(store, SwitchName.ZAPI_ACCOUNT)
    turn_off(store, SwitchName.PAUSED)
    assert [switch.name for switch in active(store)] == [SwitchName.ZAPI_ACCOUNT]


def test_an_instance_is_stopped_by_its_own_switches_only(store: Store) -> None:
    turn_on(store, SwitchName.PAUSED, instance="another")
    assert active(store) == ()
