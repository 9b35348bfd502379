"""What can go wrong on the way in, carrying what the caller needs to answer."""

from __future__ import annotations


class Overloaded(Exception):
    """The spool is nearly full; the sender should come back after `retry_after_s` seconds."""

    def __init__(self, retry_after_s: int, reason: str) -> None:
        super().__init__(f"overloaded ({reason}), retry after {retry_after_s} s")
        self.retry_after_s = retry_after_s
        self.reason = reason


class SpoolUnavailable(Exception):
    """The disk refused the report, so it was not accepted; trying again later is right."""

    def __init__(self, reason: str, retry_after_s: int = 5) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class SpoolInUse(Exception):
    """Another process owns this spool folder."""


class NodeNameTaken(Exception):
    """Another process writes under this node's name: its data folder is a copy, or ours is."""

    def __init__(self, node: str, other: str) -> None:
        super().__init__(
            f"the name of this spool folder ({node}) is in use by {other}, or was after this copy of it was made: stop one of "
            "them, and start the other with an empty data folder; reports left in its spool can be put into any node with "
            "`statline spool replay`"
        )


class IdentityLost(Exception):
    """A spool folder holds segments and nobody knows the name under which they may have been stored."""
