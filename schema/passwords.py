"""How a password is kept: scrypt with a salt of its own, so that a stolen table gives no passwords.

Text form: `scrypt$<n>$<r>$<p>$<salt>$<hash>`, both in hex; the costs stand in it, so that they may grow.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

# 16 MiB and about 50 ms a try: an attacker needs that for each guess, a client pays it once (the door remembers).
_N: Final = 1 << 14
_R: Final = 8
_P: Final = 1
_BYTES: Final = 32
_MEMORY_BYTES_MAX: Final = 64 << 20


def password_hash(password: str) -> str:
    """The text to keep instead of the password."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_derived(password, salt, _N, _R, _P).hex()}"


def is_password(password: str, kept: str) -> bool:
    """Whether `kept` was made from this password; compared in constant time. False for a text that is no hash."""
    try:
        kind, n, r, p, salt, digest = kept.split("$")
        if kind != "scrypt":
            return False
        found = _derived(password, bytes.fromhex(salt), int(n), int(r), int(p))
        return hmac.compare_digest(found, bytes.fromhex(digest))
    except ValueError:
        return False


def _derived(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    text = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=_MEMORY_BYTES_MAX, dklen=_BYTES)
