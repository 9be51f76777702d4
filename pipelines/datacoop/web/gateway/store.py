"""The gateway's store: accounts, sessions, what was served to whom, what was reported.

It is the one place that holds names and e-mail addresses of annotators; the pool knows pseudonyms.
"""

from collections.abc import Iterable

from datacoop.web.gateway.store_accounts import Accounts
from datacoop.web.gateway.store_reports import Reports
from datacoop.web.gateway.store_served import ServedTasks


class Store(Accounts, ServedTasks, Reports):
    """All parts of the gateway's store, in one database."""

    def forget(self, records: Iterable[bytes]) -> None:
        """Delete all that is known of erased records, in reviews too."""
        for record_id in records:
            self.forget_served(record_id)
            self.forget_reports(record_id)
