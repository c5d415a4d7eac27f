"""Every message of recorded conversations as the policy would have seen it, and what came next."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from clinic_bot.debounce.talk import Talk
from clinic_bot.lab.recorded import Recording


@dataclass(frozen=True, slots=True)
class Moment:
    """One message of a patient, just received."""

    talk: Talk
    gap_s: float  #: until the same sender wrote again; infinite when the other side did first, or nobody
    typing_s: float  #: of this gap, spent typing by estimate; 0 when nothing is known


def moments(recording: Recording) -> Iterator[Moment]:
    """The moments of a conversation, in the order written: each side's of its own talk.

    A reply of the policy changes nothing in them: what the patient would have done after it nobody recorded.
    """
    talks = {sender: Talk() for sender in sorted({one.sender for one in recording.messages})}
    messages = recording.messages
    for here, following in zip(messages, (*messages[1:], None), strict=True):
        at_ms = round(here.at_s * 1000)
        for sender, talk in talks.items():
            if sender == here.sender:
                talks[sender] = talk.heard(here.piece, at_ms, typed=here.typing_s > 0)
            else:
                talks[sender] = talk.spoke(at_ms, here.asked)
        if here.sender not in recording.patients:
            continue
        goes_on = following is not None and following.sender == here.sender
        gap_s = following.at_s - here.at_s if following is not None and goes_on else inf
        typing_s = following.typing_s if following is not None and goes_on else 0.0
        yield Moment(talks[here.sender], gap_s, min(typing_s, gap_s))
