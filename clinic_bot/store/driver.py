"""One SQLite library in the process, readers and migrations included: two of them would break each other's locks."""

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # no wheel for this platform
    import sqlite3 as sqlite

__all__ = ["sqlite"]
