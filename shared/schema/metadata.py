"""Every table of the platform as SQLAlchemy metadata: one file a word in `tables/`, loaded here.

SQLAlchemy owns the shape and psycopg runs the queries: nothing that answers a request imports this module. What else
stands in the database is SQL: `functions/` (with the triggers that call them) and `policies/` (row-level security and
grants) say how it is, `migrations/` make it so.
"""

from importlib import import_module
from pkgutil import iter_modules

from shared.schema import tables
from shared.schema.tables.columns import metadata

for _file in iter_modules(tables.__path__):
    import_module(f"{tables.__name__}.{_file.name}")

__all__ = ["metadata"]
