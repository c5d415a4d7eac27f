"""The schema's history: applied at start, before anything else touches the file."""

from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from clinic_bot.errors import Misconfigured


def migrate(connection: Connection) -> None:
    """Bring the schema to this version's, in the caller's transaction.

    Raises:
        Misconfigured: the file was written by a newer version than this one.
    """
    with as_file(files(__name__)) as folder:
        config = _config(folder)
        config.attributes["connection"] = connection
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            raise Misconfigured(
                "the database was written by a newer clinic-bot; install that version, or start on another file"
            )
        command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """Whether the schema is this version's. Reads only."""
    with as_file(files(__name__)) as folder:
        head = ScriptDirectory.from_config(_config(folder)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
