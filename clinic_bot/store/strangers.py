"""Patients who are none must never meet a real account, and patients never the stand-ins.

A turn is claimed whoever it belongs to, since a clinic may change its instance. So records of a sandbox that a live
service is started on would be answered: by a real account, to a number that somebody made up.
"""

from sqlalchemy import Connection, text

from clinic_bot.errors import Misconfigured

#: Both by the index on instance and phone, however many conversations there are.
_OF = text("SELECT 1 FROM conversation WHERE instance = :sandbox LIMIT 1")
_OF_ANOTHER = text(
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM conversation WHERE instance < :sandbox) "
    "OR EXISTS (SELECT 1 FROM conversation WHERE instance > :sandbox)"
)


def keep_apart(connection: Connection, *, instance: str, sandbox: str) -> None:
    """Raises Misconfigured where the records are of the other side.

    Args:
        instance: of the service that starts.
        sandbox: the instance of every sandbox.
    """
    alone = instance == sandbox
    if connection.execute(_OF_ANOTHER if alone else _OF, {"sandbox": sandbox}).first() is None:
        return
    whose = "patients of a real account, whom stand-ins would answer" if alone else (
        "the sandbox's patients, to whose made-up numbers real messages would go"
    )  # fmt: skip
    raise Misconfigured(f"this database holds {whose}: name another one in CLINIC_BOT_DATABASE_URL")
