-- Tell every supervisor that analysts changed.
-- Channel: statline_analysts

SELECT pg_notify('statline_analysts', '')
