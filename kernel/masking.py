"""How personal data looks on a screen: enough to recognise, too little to copy."""

from __future__ import annotations


def name(full: str) -> str:
    """张三 -> 张*, 欧阳修文 -> 欧**文 (the family name's first character, the last only from three characters on)."""
    full = full.strip()
    if len(full) <= 1:
        return full
    if len(full) == 2:
        return full[0] + "*"
    return full[0] + "*" * (len(full) - 2) + full[-1]


def phone(number: str) -> str:
    """13812345678 -> 138****5678; anything too short to be a phone is hidden whole."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "****"


def account(number: str) -> str:
    """Card, account and client numbers: the last four characters."""
    return f"**** {number[-4:]}" if len(number) > 4 else "****"
