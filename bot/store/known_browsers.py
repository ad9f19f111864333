"""The browsers that an account was signed in with before. Of what tells one again only the hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from bot.store.console_tables import KnownBrowserRow
from bot.store.part import Part
from bot.store.records import KnownBrowser


class KnownBrowsers(Part):
    """The known browsers of a unit of work. Whoever changes those of an account holds the account."""

    def known_browser(self, account_id: int, token_hash: str) -> KnownBrowser | None:
        """The browser of a token, where the account was signed in with it; that of another account is not known."""
        of_it = KnownBrowserRow.account_id == account_id, KnownBrowserRow.token_hash == token_hash
        row = self._session.scalars(select(KnownBrowserRow).where(*of_it).execution_options(populate_existing=True)).one_or_none()
        return None if row is None else KnownBrowser(row.id, row.account_id, row.failures, row.locked_until, row.seen_at)

    def add_known_browser(self, account_id: int, *, token_hash: str, at: datetime, most: int) -> None:
        """Know one more browser of an account; of more than `most` those are forgotten that were used the longest ago."""
        self._session.add(KnownBrowserRow(account_id=account_id, token_hash=token_hash, failures=0, seen_at=at))
        self._session.flush()
        rows = select(KnownBrowserRow.id).where(KnownBrowserRow.account_id == account_id)
        kept = self._session.scalars(rows.order_by(KnownBrowserRow.seen_at.desc(), KnownBrowserRow.id.desc()).limit(most)).all()
        self._session.execute(delete(KnownBrowserRow).where(KnownBrowserRow.account_id == account_id, KnownBrowserRow.id.not_in(kept)))

    def see_known_browser(self, browser_id: int, at: datetime) -> None:
        """Note that an account was signed in with it again."""
        self._session.get_one(KnownBrowserRow, browser_id).seen_at = at
        self._session.flush()

    def set_failures_of_browser(self, browser_id: int, failures: int, locked_until: datetime | None = None) -> None:
        """How many proofs in a row were wrong that came from it, and until when no other is taken from it."""
        row = self._session.get_one(KnownBrowserRow, browser_id)
        row.failures, row.locked_until = failures, locked_until
        self._session.flush()

    def forget_browsers(self, account_id: int, *, but: str = "") -> None:
        """Know the browsers of an account no longer; `but` is the hash of the one that is kept."""
        self._session.execute(delete(KnownBrowserRow).where(KnownBrowserRow.account_id == account_id, KnownBrowserRow.token_hash != but))
