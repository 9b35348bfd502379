"""Postgres: people and organisation. Pool, migrations, queries, the server registry, the embedded server."""
