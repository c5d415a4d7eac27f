"""A match of a sign's phrase, and the words it stands in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """A match and the words of its sentence; each part begins and ends with a space."""

    line: str  #: everything the patient wrote
    before: str  #: the sentence up to the match
    match: str
    after: str  #: the rest of the sentence
    rest: str  #: the rest of the line
    affirmative: bool  #: the phrase found has no "não" or "sem" of its own

    @property
    def sentence(self) -> str:
        return f"{self.before[:-1]}{self.match[:-1]}{self.after}"

    @property
    def lead(self) -> str:
        """The sentence up to the last word of the match: "ta internado por causa do [avc]"."""
        return f"{self.before[:-1]}{self.match[:-1].rpartition(' ')[0]}"

    @property
    def near(self) -> str:
        """The match with a few words on each side, not across a message."""
        left = self.before.rsplit(" / ", 1)[-1].split()[-6:]
        right = self.after.split(" / ", 1)[0].split()[:10]
        return f" {' '.join(left)} {self.match.strip()} {' '.join(right)} "
