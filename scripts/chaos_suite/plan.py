"""What will happen, decided by the seed alone: who writes what and when, and what breaks meanwhile.

Durations are seconds of the sandbox's clock, which runs ``--speed`` times as fast as the machine's, unless a name
says ``real``. A plan is cut into segments, so that a run that was interrupted goes on where a segment ended.
"""

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from clinic_bot.events import Json

#: Turns of one segment: many enough that settling is rare, few enough that a segment's records fit in memory.
SEGMENT = 5_000
#: How many bursts the same weather lasts.
_WEATHER = 60
_BAD_WEATHER = 0.8  # how much of the time
_PHONES_SHARE, _FEWEST_PHONES = 0.4, 300  # of the turns, how many phones there are

_OPENINGS = (
    "oi",
    "bom dia",
    "queria marcar uma consulta",
    "vcs abrem sábado?",
    "qual o valor?",
    "e",
    "obrigada",
)


class Kind(StrEnum):
    TEXT = "text"
    EDIT = "edit"
    DELETE = "delete"
    STAFF = "staff"  #: somebody of the clinic answers by hand
    COMPOSING = "composing"


@dataclass(frozen=True, slots=True)
class Piece:
    """One webhook of the patient's side, delivered once or more."""

    after_s: float  #: since the burst began
    kind: Kind
    message_id: str  #: of an edit or deletion: the message it is about
    text: str = ""
    copies_s: tuple[float, ...] = (0.0,)  #: when each delivery leaves, after ``after_s``
    insists: bool = True  #: whether it is delivered again when nobody took it; what Z-API does is disputed


@dataclass(frozen=True, slots=True)
class Burst:
    n: int
    phone: str
    shows_lid: bool  #: whether the patient's webhooks name the LID
    staff_by_number: bool
    pieces: tuple[Piece, ...]


class Harm(StrEnum):
    KILL = "kill"
    FREEZE = "freeze"  #: SIGSTOP, and SIGCONT when it has lasted
    BLOCK = "block"  #: its event loop stands still, and its other threads go on
    CUT = "cut"  #: some of the database's connections end, whoever's they are
    RESTART = "restart"  #: of the database; a crash when it lasts no time


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that happens to one process of the server, or to the database that all of them share."""

    at_turn: int  #: when so many turns have ended
    after_real_s: float
    harm: Harm = Harm.KILL
    lasts_real_s: float = 0.0
    again_real_s: float | None = None  #: killed once more, so long after it was started again
    replica: int = 0


class OutKind(StrEnum):
    DISCONNECTED = "disconnected"  #: the clinic's WhatsApp, from its instance
    LAPSED = "lapsed"  #: the subscription; sends are refused, and what is asked is answered
    TOKEN = "token"  #: somebody gave the account another security token: everything is refused


@dataclass(frozen=True, slots=True)
class Outage:
    """Z-API carries nothing for ``seconds``, whatever the weather is by then; then it is healed."""

    kind: OutKind
    seconds: float


@dataclass(frozen=True, slots=True)
class Weather:
    """What is wrong with the providers for a while."""

    name: str
    zapi: tuple[Mapping[str, Json], ...] = ()
    groq: tuple[Mapping[str, Json], ...] = ()
    model_s: float = 1.0
    outage: Outage | None = None  #: begins with the weather


def _fault(kind: str, **options: Json) -> Mapping[str, Json]:
    return {"kind": kind, **options}


#: Callbacks are lost, doubled and reordered in every weather.
_ALWAYS = (
    _fault("webhook_lose", type="DeliveryCallback", probability=0.1),
    _fault("webhook_lose", type="ReceivedCallback", probability=0.1),
    _fault("webhook_lose", type="MessageStatusCallback", probability=0.7),
    _fault("webhook_duplicate", times=2, gap_s=1.0, probability=0.1),
    _fault("webhook_duplicate", times=3, probability=0.05),
    _fault("webhook_reorder", spread_s=4.0, probability=0.2),
)
WEATHERS = (
    Weather("calm"),
    Weather("slow model", groq=(_fault("slow", seconds=40, probability=0.2),), model_s=3.0),
    Weather("429 storm", groq=(_fault("storm", seconds=30, wait_s=5),)),
    Weather(
        "model fails",
        groq=(
            _fault("status", status=500, probability=0.15),
            _fault("status", name="over_capacity_503", probability=0.15),
            _fault("cut", when="before", probability=0.05),
            _fault("cut", when="after", probability=0.05),
            _fault("cut", when="within", probability=0.05),
            _fault("hang", probability=0.01),
        ),
    ),
    Weather(
        "model babbles",
        groq=(
            _fault("empty", probability=0.1),
            _fault("truncated", probability=0.1),
            _fault("tool_use_failed", probability=0.1),
        ),
    ),
    Weather("sends cut after accept", zapi=(_fault("cut", when="after", probability=0.5),)),
    Weather("sends cut before", zapi=(_fault("cut", when="before", probability=0.5),)),
    Weather(
        "Z-API fails",
        zapi=(
            _fault("fail", probability=0.2),
            _fault("fail", operation="queue", probability=0.3),
            _fault("slow", seconds=8, probability=0.1),
            _fault("slow", seconds=25, probability=0.03),
            _fault("hang", when="after", probability=0.03),
            _fault("slow_queue", seconds=3, probability=0.02),
        ),
    ),
    Weather(
        "Z-API delivers badly",
        zapi=(
            _fault("delivery_error", error="Timeout on send message", went_out=True, probability=0.05),
            _fault("delivery_error", error="Error on send message", probability=0.05),
            _fault("delivery_error", probability=0.02),
            _fault("refuse", named="invalid_phone", probability=0.02),
        ),
    ),
    # Patients are heard all the while, which is harder than the silence that a real instance keeps then. The two
    # callbacks may be lost, so that only asking finds out.
    Weather(
        "disconnected",
        zapi=(
            _fault("webhook_lose", type="DisconnectedCallback", probability=0.3),
            _fault("webhook_lose", type="ConnectedCallback", probability=0.3),
        ),
        outage=Outage(OutKind.DISCONNECTED, 90),  # beyond the time to live of a reply
    ),
    Weather("subscription lapsed", outage=Outage(OutKind.LAPSED, 60)),
    Weather("token refused", outage=Outage(OutKind.TOKEN, 60)),
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Several processes on one PostgreSQL, and what else may be broken there."""

    replicas: int
    lease_real_s: float  #: a process that stands still for longer has lost its turns to another
    restarts: bool  #: whether the database is ours to restart


@dataclass(frozen=True, slots=True)
class Plan:
    """One segment: bursts until ``turns`` turns have ended, with ``kills`` kills among them.

    Some bursts join in one turn, so there are more of them than turns.
    """

    seed: int
    segment: int
    turns: int
    kills: int
    cluster: Cluster | None = None

    @property
    def ends_in(self) -> Weather:
        """While everything settles."""
        return WEATHERS[0]

    def each_burst(self) -> Iterator[Burst]:
        """Without end."""
        return map(self.burst, itertools.count())

    def burst(self, n: int) -> Burst:
        rng = random.Random(f"burst {self.seed} {self.segment} {n}")
        phones = max(_FEWEST_PHONES, round(self.turns * _PHONES_SHARE))
        # In turn, so that most have had their reply before they write again; some write into an open turn.
        person = rng.randrange(phones) if rng.random() < 0.1 else n % phones
        habits = random.Random(f"person {self.seed} {self.segment} {person}")
        return Burst(
            n,
            _phone(self.segment * SEGMENT + person),
            shows_lid=habits.random() < 0.7,
            staff_by_number=habits.random() < 0.3,
            pieces=tuple(sorted(self._pieces(n, rng), key=lambda piece: piece.after_s)),
        )

    def _pieces(self, n: int, rng: random.Random) -> Iterator[Piece]:
        at_s = 0.0
        for m in range(rng.choices((1, 2, 3, 4), (12, 6, 2, 1))[0]):
            message_id, word = f"3A{self.seed & 0xFFFF:04X}{self.segment:04X}{n:06X}{m:02X}", token(n, m)
            text = f"{rng.choice(_OPENINGS)} {word}"
            yield Piece(at_s, Kind.TEXT, message_id, text, _copies(rng), rng.random() < 0.7)
            if rng.random() < 0.05:
                edited = f"{rng.choice(_OPENINGS)} {token(n, m, version=1)}"
                yield Piece(at_s + rng.uniform(-0.5, 12), Kind.EDIT, message_id, edited, _copies(rng))
            if rng.random() < 0.03:
                yield Piece(at_s + rng.uniform(-0.5, 12), Kind.DELETE, message_id, "", _copies(rng))
            if rng.random() < 0.2:
                yield Piece(at_s + rng.uniform(0, 5), Kind.COMPOSING, message_id)
            # Most within the patience; some while the model thinks or the reply is on its way.
            at_s += rng.uniform(0.2, 4) if rng.random() < 0.75 else rng.uniform(5.5, 12)
        if rng.random() < 0.05:
            message_id = f"3A{self.seed & 0xFFFF:04X}{self.segment:04X}{n:06X}FF"
            yield Piece(
                rng.uniform(0, at_s + 10),
                Kind.STAFF,
                message_id,
                f"Oi, aqui é a Ana, recado {n}",
                _copies(rng),
            )

    def troubles(self) -> list[Trouble]:
        rng = random.Random(f"troubles {self.seed} {self.segment}")
        found: list[Trouble] = []
        kills = self.kills
        while kills > 0:
            again = rng.uniform(0.2, 1.3) if kills > 1 and rng.random() < 0.08 else None
            kills -= 1 if again is None else 2
            found.append(Trouble(rng.randrange(self.turns), rng.uniform(0, 0.4), again_real_s=again))
        found += [
            Trouble(rng.randrange(self.turns), rng.uniform(0, 0.4), Harm.FREEZE, rng.choice((0.2, 0.5, 1, 2)))
            for _ in range(self.kills // 3)
        ]
        if self.cluster is not None:
            found = [replace(one, replica=rng.randrange(self.cluster.replicas)) for one in found]
            found += self._troubles_of_many(self.cluster, rng)
        return sorted(found, key=lambda trouble: trouble.at_turn)

    def _troubles_of_many(self, cluster: Cluster, rng: random.Random) -> Iterator[Trouble]:
        """As many again as there are kills: half of them outlast a lease, the others hit the database."""

        def trouble(harm: Harm, lasts_real_s: float = 0.0) -> Trouble:
            at, after_s = rng.randrange(self.turns), rng.uniform(0, 0.4)
            return Trouble(at, after_s, harm, lasts_real_s, replica=rng.randrange(cluster.replicas))

        for harm in (Harm.FREEZE, Harm.BLOCK):
            for _ in range(-(-self.kills // 4)):
                yield trouble(harm, cluster.lease_real_s * rng.uniform(1.1, 1.6))
        for _ in range(-(-self.kills // 3)):
            yield trouble(Harm.CUT)
        for _ in range(-(-self.kills // 6) if cluster.restarts else 0):
            yield trouble(Harm.RESTART, rng.choice((0.0, 0.2, 1.0)))

    def weather_at(self, n: int) -> Weather | None:
        """The weather that begins with burst ``n``, if one does."""
        if n % _WEATHER:
            return None
        rng = random.Random(f"weather {self.seed} {self.segment} {n}")
        chosen = rng.choice(WEATHERS) if rng.random() < _BAD_WEATHER else WEATHERS[0]
        outage = chosen.outage and replace(chosen.outage, seconds=chosen.outage.seconds * rng.uniform(0.1, 1))
        return replace(chosen, zapi=(*_ALWAYS, *chosen.zapi), outage=outage)


def token(n: int, m: int, *, version: int = 0) -> str:
    """The word by which a message is found again in what the model was asked."""
    return f"b{n}m{m}v{version}."


def _phone(number: int) -> str:
    return f"55119{number:08d}"


def _copies(rng: random.Random) -> tuple[float, ...]:
    """When it is delivered: once, or twice or three times and out of order."""
    times = rng.choices((1, 2, 3), (8, 1, 1))[0]
    return (0.0, *(rng.uniform(0, 3) for _ in range(times - 1)))
