-- Tell every listening process that servers or keys changed.
-- Channel: statline_servers

SELECT pg_notify('statline_servers', '')
