-- Every analyst, the revoked ones last.
-- Reads: analysts

SELECT name, password_hash, query_time_max_s, query_memory_max_bytes, result_rows_max, queries_max, created_at, revoked_at
FROM analysts
ORDER BY revoked_at IS NOT NULL, name, created_at
