"""What of an exception may be logged."""

import json
import sys

import pytest

from clinic_bot.errors import ProviderDown, StorageUnavailable
from clinic_bot.operations.tracebacks import describe_exception, exception_of

WORDS = "estou com muita dor"


def raised(action: object) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011  # any
        action()  # type: ignore[operator]
    return caught.value


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(lambda: int(WORDS), id="a number that was none"),
        pytest.param(lambda: dict[str, int]()[WORDS], id="a missing key"),
        pytest.param(lambda: json.loads(WORDS), id="not JSON"),
    ],
)
def test_a_text_that_may_quote_data_is_withheld_and_the_place_is_shown(action: object) -> None:
    described = describe_exception(raised(action))
    assert "dor" not in described.splitlines()[-1]
    assert "text withheld" in described
    assert __file__ in described


def test_our_own_errors_speak() -> None:
    assert describe_exception(ProviderDown("Z-API", "timed out")).endswith("ProviderDown: Z-API: timed out")


def test_errors_of_the_system_speak() -> None:
    assert describe_exception(FileNotFoundError("no clinic.toml")) == "FileNotFoundError: no clinic.toml"


def test_a_cause_is_told_first_and_censored_too() -> None:
    def fail() -> None:
        try:
            int(WORDS)
        except ValueError as exc:
            raise StorageUnavailable("not stored") from exc

    described = describe_exception(raised(fail))
    assert described.index("ValueError: (text withheld") < described.index("direct cause")
    assert described.endswith("StorageUnavailable: not stored")


def test_a_context_that_was_hidden_stays_hidden() -> None:
    def fail() -> None:
        try:
            int(WORDS)
        except ValueError:
            raise StorageUnavailable("not stored") from None

    assert "ValueError" not in describe_exception(raised(fail))


def test_every_member_of_a_group_is_told() -> None:
    described = describe_exception(ExceptionGroup("two", [ValueError(WORDS), TimeoutError("late")]))
    assert "  | ValueError: (text withheld" in described
    assert "  | TimeoutError: late" in described
    assert "dor" not in described


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = StorageUnavailable("first"), StorageUnavailable("second")
    first.__cause__, second.__cause__ = second, first
    assert describe_exception(first).count("StorageUnavailable") == 2


def test_the_exception_meant_is_found() -> None:
    error = ValueError()
    assert exception_of(error) is error
    assert exception_of((ValueError, error, None)) is error
    assert exception_of((None, None, None)) is None
    assert exception_of(None) is None
    try:
        raise error
    except ValueError:
        assert exception_of(True) is sys.exc_info()[1] is error
