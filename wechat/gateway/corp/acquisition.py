"""Customer-acquisition links (获客助手): bought by the number of clients who come by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from wechat.shapes import Page
from wechat.wecom.shapes import AcquiredContact, AcquisitionFigures, AcquisitionLink, AcquisitionQuota


class Acquisition(Protocol):
    """Making links and seeing who came by them."""

    async def acquisition_link_ids(self, cursor: str = "") -> Page[str]:
        """Ids of all links, 100 a page."""

    async def acquisition_link(self, link_id: str) -> AcquisitionLink:
        """One link with its members."""

    async def create_acquisition_link(
        self, name: str, userids: Sequence[str], departments: Sequence[int] = (), *, needs_no_consent: bool = True
    ) -> AcquisitionLink:
        """A new link (name up to 30 characters) to up to 500 members, and departments."""

    async def change_acquisition_link(
        self, link_id: str, name: str, userids: Sequence[str], departments: Sequence[int] = ()
    ) -> None:
        """Overwrite name and members of a link."""

    async def delete_acquisition_link(self, link_id: str) -> None:
        """Delete a link; it stops working."""

    async def acquired_contacts(self, link_id: str, cursor: str = "") -> Page[AcquiredContact]:
        """Clients who came by a link, 1 000 a page."""

    async def acquisition_quota(self) -> AcquisitionQuota:
        """How many clients may still come."""

    async def acquisition_figures(self, link_id: str, start: date, end: date) -> AcquisitionFigures:
        """Clicks and clients of a link in up to 30 days."""
