-- Refuse an analyst from now on.
-- $1 name
-- Writes: analysts

UPDATE analysts
SET revoked_at = now()
WHERE name = $1 AND revoked_at IS NULL
RETURNING id
