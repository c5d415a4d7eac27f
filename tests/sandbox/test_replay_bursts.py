from clinic_bot.sandbox.replay_bursts import Burst, BurstOutcome, Replay, built_in_bursts


def outcome(pieces: int = 1, turns: int = 1, lost: int = 0, odd: bool = False) -> BurstOutcome:
    return BurstOutcome(pieces, turns, lost, odd, wait_ms=9_000)


def test_the_excerpt_gives_bursts_of_real_timings() -> None:
    bursts = built_in_bursts(60)
    assert len(bursts) == len({burst.phone for burst in bursts}) == 60
    assert any(len(burst.pieces) > 2 for burst in bursts)
    for burst in bursts:
        assert _times(burst) == sorted(_times(burst))
        assert burst.pieces[0].at_ms == 0
        assert all(piece.text for piece in burst.pieces)


def _times(burst: Burst) -> list[int]:
    return [piece.at_ms for piece in burst.pieces]


def test_a_replay_adds_up() -> None:
    result = Replay((outcome(), outcome(pieces=3), outcome(pieces=4, turns=2)))
    assert (result.bursts, result.several, result.pieces, result.replies) == (3, 2, 8, 4)
    assert (result.cut, result.lost, result.median_wait_ms) == (1, 0, 9_000)
    assert result.good


def test_a_lost_piece_or_a_doubled_reply_is_a_fault() -> None:
    assert not Replay((outcome(lost=1),)).good
    assert not Replay((outcome(odd=True),)).good
