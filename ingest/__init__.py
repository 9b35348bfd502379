"""From a report on the wire to rows in ClickHouse: doors, spool, decoding, duplicates, context, batches."""
