"""How a client's personal data is sealed: one place for table, column and index names."""

from __future__ import annotations

from kernel import sealing

TABLE = "client"
TAIL = 4


def seal_name(client_id: int, name: str) -> bytes:
    """The name, sealed for this client's row."""
    return sealing.seal(name, table=TABLE, column="name", row=client_id)


def open_name(client_id: int, sealed: bytes | None) -> str:
    """The name of this client; empty when none is known."""
    return sealing.unseal(sealed, table=TABLE, column="name", row=client_id) if sealed else ""


def seal_phone(client_id: int, phone: str) -> bytes:
    """The phone number, sealed for this client's row."""
    return sealing.seal(phone, table=TABLE, column="phone", row=client_id)


def open_phone(client_id: int, sealed: bytes | None) -> str:
    """The phone number of this client; empty when none is known."""
    return sealing.unseal(sealed, table=TABLE, column="phone", row=client_id) if sealed else ""


def seal_bank_number(identity_id: int, number: str) -> bytes:
    """A bank's client number, sealed for the identity's row."""
    return sealing.seal(number, table="identity", column="value", row=identity_id)


def open_bank_number(identity_id: int, sealed: bytes | None) -> str:
    """The bank's client number behind an identity."""
    return sealing.unseal(sealed, table="identity", column="value", row=identity_id) if sealed else ""


def name_index(name: str) -> str | None:
    """Blind index for exact search by name."""
    return sealing.blind_index("name", name) if name else None


def phone_index(phone: str) -> str | None:
    """Blind index for exact search by phone number."""
    return sealing.blind_index("phone", phone) if phone else None


def phone_tail_index(phone: str) -> str | None:
    """Blind index for search by the last four digits."""
    return sealing.blind_index("phone_tail", phone[-TAIL:]) if len(phone) >= TAIL else None


def bank_number_index(number: str) -> str:
    """What stands for a bank's client number in the identity table."""
    return sealing.blind_index("bank_number", number)
