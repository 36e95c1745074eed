"""Contains SQL or a column name."""

from countenance.storage.database import Database, open_database
from countenance.storage.secrecy import Keyring, load_signer
from countenance.storage.startup import check_installation
from countenance.storage.unit_of_work import SqlUnitOfWork, unit_of_work_factory

__all__ = [
    "Database",
    "Keyring",
    "SqlUnitOfWork",
    "check_installation",
    "load_signer",
    "open_database",
    "unit_of_work_factory",
]
