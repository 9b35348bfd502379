-- Signs of life of servers, and what is forgotten with time. Newer ones win, so a replay changes nothing.
--
-- KEYS: 1 matches by last event, 2 players by last event, 3 whereabouts of players
-- ARGV: 1 servers (JSON: id -> {last_ms, down}), 2 prefix of server keys, 3 limits (JSON), 4 now (Unix ms)

local limits, now_ms = cjson.decode(ARGV[3]), tonumber(ARGV[4])

for server_id, heard in pairs(cjson.decode(ARGV[1])) do
  local key = ARGV[2] .. server_id
  if heard.last_ms >= tonumber(redis.call('HGET', key, 'last_ms') or 0) then
    redis.call('HSET', key, 'last_ms', heard.last_ms, 'down', heard.down and 1 or 0)
    redis.call('EXPIRE', key, limits.server_keep_s)
  end
end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms - limits.board_keep_s * 1000)

local function forget(guids)
  for first = 1, #guids, 500 do
    local last = math.min(first + 499, #guids)
    redis.call('ZREM', KEYS[2], unpack(guids, first, last))
    redis.call('HDEL', KEYS[3], unpack(guids, first, last))
  end
end
forget(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now_ms - limits.silent_ms, 'LIMIT', 0, 5000))
local surplus = redis.call('ZCARD', KEYS[2]) - limits.present_max
if surplus > 0 then forget(redis.call('ZRANGE', KEYS[2], 0, surplus - 1)) end
return 'applied'
