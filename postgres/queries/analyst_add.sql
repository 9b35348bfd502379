-- Register an analyst.
-- $1 name, $2 password hash, $3 seconds of a statement, $4 bytes of a statement, $5 rows of an answer, $6 statements at once
-- Writes: analysts

INSERT INTO analysts (name, password_hash, query_time_max_s, query_memory_max_bytes, result_rows_max, queries_max)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id
