"""ClickHouse: the client, the schema, every query, and the embedded engine."""
