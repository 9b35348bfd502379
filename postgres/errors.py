"""What can go wrong with Postgres, as the callers need to tell it apart."""

from __future__ import annotations


class PostgresError(Exception):
    """Base of this folder's failures; the message is one line, without secrets."""


class PostgresUnavailable(PostgresError):
    """Postgres cannot be reached or does not answer in time: try again later."""


class EmbeddedPostgresFailed(PostgresError):
    """The embedded server does not start or stop."""


class MigrationRefused(PostgresError):
    """The recorded migrations and the files do not agree."""


class ServerRefused(PostgresError):
    """A change of the server registry that is not allowed, with the reason for people."""


class AnalystRefused(PostgresError):
    """A change of the registry of analysts that is not allowed, with the reason for people."""


class WebhookRefused(PostgresError):
    """A change of the webhooks that is not allowed, with the reason for people."""


class QueryRefused(PostgresError):
    """A change of the saved queries that is not allowed, with the reason for people."""
