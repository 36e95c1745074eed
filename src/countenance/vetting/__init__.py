"""Answers *who is this customer, and what did we lease them?*."""

from countenance.vetting.model import (
    Actor,
    ApiKey,
    Customer,
    CustomerId,
    KeyId,
    Lease,
    LeaseId,
    PersonId,
    Role,
)
from countenance.vetting.ports import ApiKeys, Customers, Leases

__all__ = [
    "Actor",
    "ApiKey",
    "ApiKeys",
    "Customer",
    "CustomerId",
    "Customers",
    "KeyId",
    "Lease",
    "LeaseId",
    "Leases",
    "PersonId",
    "Role",
]
