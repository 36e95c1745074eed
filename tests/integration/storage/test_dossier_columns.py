"""Applications and customers from before version 17 are found by lists after an upgrade."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from applying import GATE, customer
from contract.test_vetting_dossiers import application
from countenance.policy.model import CustomerKind
from countenance.storage import check_installation, open_database, unit_of_work_factory
from countenance.vetting.dossier import ApplicationState
from countenance.vetting.listing import (
    ApplicationOrder,
    ApplicationSearch,
    CustomerOrder,
    CustomerSearch,
    Span,
)
from countenance.vetting.model import CustomerId
from storing import KEYRING, SIGNER


def test_rows_from_before_are_completed_at_the_first_start(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'old.db'}")
    database.migrate()
    check_installation(database, KEYRING, SIGNER)
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    sent = replace(application("app_1"), state=ApplicationState.SUBMITTED)
    with unit() as work:
        work.dossiers.put(sent)
        work.customers.put(customer(name="Éclair", kind=CustomerKind.PRIVATE))
        work.customers.put(customer(CustomerId("zoo"), name="aquarium"))
        work.commit()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE applications SET state = NULL, changed = NULL"))
    check_installation(database, KEYRING, SIGNER)
    with unit() as work:
        wanted = ApplicationSearch(state=ApplicationState.SUBMITTED, order=ApplicationOrder.CHANGED)
        assert work.dossiers.page(wanted, Span(limit=5)) == (sent,)
        by_name = CustomerSearch(order=CustomerOrder.NAME)
        assert [one.id for one in work.customers.page(by_name, Span(limit=5))] == ["zoo", GATE]
    database.close()
