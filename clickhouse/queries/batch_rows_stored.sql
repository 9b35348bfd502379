-- Question: how many rows of this part of a batch are in the raw table?
-- Parameters: batch_id: token of the chunk; low, high: positions [low, high) in it
-- Reads: raw_events
SELECT count() AS stored
FROM raw_events
WHERE batch_id = {batch_id:String} AND batch_row >= {low:UInt32} AND batch_row < {high:UInt32}
