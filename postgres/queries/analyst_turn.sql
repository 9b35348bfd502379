-- Whether no other statement of this analyst runs, on any node; held until the connection is given back.
-- $1 name. Takes an advisory lock.

SELECT pg_try_advisory_lock(hashtext('statline analyst statement'), hashtext($1));
