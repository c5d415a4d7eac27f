"""One call to a model in the words of a turn's story: written where a turn is told, read where it is billed. Pure."""

import re
from dataclasses import dataclass
from typing import Self

_EARLY = ", asked before the window closed"
_READ = re.compile(
    r"^(?P<model>.*?): (?P<outcome>\w+)(?:, review: (?P<review>[\w ]+?) \((?P<spent>\d+ \+ \d+) tokens\))?"
)


@dataclass(frozen=True, slots=True)
class CallDetail:
    """
    Args:
        review: what was found, of a call that read a reply; empty for every other.
        prompt_tokens: of a review, as the provider counted; so are ``completion_tokens``. Those of the other calls
            stand with their turn, together.
        early: asked before the window closed.
    """

    model: str
    outcome: str
    review: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    early: bool = False

    def told(self) -> str:
        spent = f"{self.prompt_tokens} + {self.completion_tokens} tokens"
        review = f", review: {self.review} ({spent})" if self.review else ""
        return f"{self.model}: {self.outcome}{review}{_EARLY if self.early else ''}"

    @classmethod
    def read(cls, text: str) -> Self:
        """What ``told`` wrote; of anything else nothing."""
        found = _READ.match(text)
        if found is None:
            return cls("", "")
        prompt, completion = map(int, (found["spent"] or "0 + 0").split(" + "))
        early = text.endswith(_EARLY)
        return cls(found["model"], found["outcome"], found["review"] or "", prompt, completion, early)
