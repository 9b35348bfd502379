-- One change of one board, whole or not at all.
--
-- The board is one hash, so that it expires and is evicted as one: h = head, p:<guid> = player, f:<n> = line of the kill
-- feed (a ring), k:<spool stream> = place of the last chunk applied, v = version, e = id of its last stream entry.
--
-- KEYS: 1 board, 2 stream of changes, 3 matches by last event, 4 players by last event, 5 whereabouts of players,
--       6 the board's server, 7 boards of that server by last event
-- ARGV: 1 "apply" or "put", 2 delta (JSON), 3 marks (JSON: stream -> place), 4 version that "put" expects ("" = no board),
--       5 limits (JSON), 6 prefix of board keys, 7 now (Unix ms)
-- Returns "applied", "seen" (a replay), "absent" (no board to apply to), "overtaken" (another version than expected) or
-- "foreign" (the board is another server's).

local board, stream = KEYS[1], KEYS[2]
local delta, marks, limits = cjson.decode(ARGV[2]), cjson.decode(ARGV[3]), cjson.decode(ARGV[5])
local is_put, now_ms = ARGV[1] == 'put', tonumber(ARGV[7])

local function get(field)
  local text = redis.call('HGET', board, field)
  return text and cjson.decode(text) or nil
end

-- Newer values win; `at` remembers how new each is. Returns whether anything changed.
local function merge(into, sets)
  local changed = false
  for field, pair in pairs(sets or {}) do
    if pair[2] >= (into.at[field] or 0) then
      changed = changed or into[field] ~= pair[1]
      into[field], into.at[field] = pair[1], pair[2]
    end
  end
  return changed
end

local version = redis.call('HGET', board, 'v')
if is_put then
  if (version or '') ~= ARGV[4] then return 'overtaken' end
  redis.call('DEL', board)
else
  if not version then return 'absent' end
  for name, place in pairs(marks) do
    local last = redis.call('HGET', board, 'k:' .. name)
    if last and last >= place then return 'seen' end
  end
end

-- head ------------------------------------------------------------------------------------------------------------
local head = get('h') or {
  match_id = delta.match_id, match_wire_id = delta.match_wire_id, server_id = delta.server_id, game = delta.game,
  first_ms = delta.first_ms, last_ms = 0, state = 'playing', lines = 0, kills = 0, players = 0,
  present = 0, allies_kills = 0, axis_kills = 0, at = {},
}
if head.server_id ~= delta.server_id then return 'foreign' end
local state_before = head.state
merge(head, delta.sets)
head.first_ms = math.min(head.first_ms, delta.first_ms)
head.last_ms = math.max(head.last_ms, delta.last_ms)

-- players -----------------------------------------------------------------------------------------------------------
local COUNTS = {'kills', 'bot_kills', 'deaths', 'headshots', 'suicides', 'team_kills'}

local function runs(player, change)
  local died, killed = change.died_ms or 0, change.killed_ms or 0
  if died > 0 and died >= player.died_ms then
    player.best_streak = math.max(player.best_streak, player.streak + (change.first_run or 0), change.best_run or 0)
    player.streak, player.died_ms = change.run or 0, died
  elseif died == 0 and killed >= player.died_ms then
    player.streak = player.streak + (change.run or 0)
  else  -- late: the run it belongs to is over
    player.best_streak = math.max(player.best_streak, change.best_run or 0)
  end
  player.best_streak = math.max(player.best_streak, player.streak)
end

local players, fields = {}, {}
for guid, change in pairs(delta.players or {}) do
  local player = get('p:' .. guid)
  local was_there = player and not player.left
  if not player then
    head.players = head.players + 1
    player = {
      guid = guid, kills = 0, bot_kills = 0, deaths = 0, headshots = 0, suicides = 0, team_kills = 0, streak = 0,
      best_streak = 0, died_ms = 0, last_ms = 0, at = {},
    }
  end
  for _, name in ipairs(COUNTS) do player[name] = player[name] + (change[name] or 0) end
  runs(player, change)
  merge(player, change.sets)
  player.last_ms = math.max(player.last_ms, change.last_ms or 0)
  if player.left then player.weapon = nil end
  if not player.left ~= not not was_there then head.present = head.present + (player.left and -1 or 1) end
  local kills = (change.kills or 0) + (change.bot_kills or 0)
  head.kills = head.kills + kills
  if player.team == 'allies' then head.allies_kills = head.allies_kills + kills end
  if player.team == 'axis' then head.axis_kills = head.axis_kills + kills end
  fields[#fields + 1], fields[#fields + 2] = 'p:' .. guid, cjson.encode(player)
  players[#players + 1] = player
  -- Where the player is now.
  local seen_ms = tonumber(redis.call('ZSCORE', KEYS[4], guid) or 0)
  if player.last_ms >= seen_ms then
    if player.left then
      redis.call('ZREM', KEYS[4], guid)
      redis.call('HDEL', KEYS[5], guid)
    else
      redis.call('ZADD', KEYS[4], player.last_ms, guid)
      redis.call('HSET', KEYS[5], guid, head.server_id .. ' ' .. head.match_id)
    end
  end
end

-- kill feed: a line that is older than the newest one is told to nobody as news, unless the board is just being made ------
local lines = {}
for _, line in ipairs(delta.feed or {}) do
  if is_put or line.at_ms >= (head.line_ms or 0) - limits.late_ms then
    head.lines = head.lines + 1
    head.line_ms = math.max(head.line_ms or 0, line.at_ms)
    line.n = head.lines
    lines[#lines + 1] = line
    fields[#fields + 1], fields[#fields + 2] = 'f:' .. (head.lines % limits.feed_max), cjson.encode(line)
  end
end

fields[#fields + 1], fields[#fields + 2] = 'h', cjson.encode(head)
for name, place in pairs(marks) do fields[#fields + 1], fields[#fields + 2] = 'k:' .. name, place end
for first = 1, #fields, 200 do
  redis.call('HSET', board, unpack(fields, first, math.min(first + 199, #fields)))
end
redis.call('HINCRBY', board, 'v', 1)
-- A version that was seen before the board was lost must not come again.
if is_put then redis.call('HSET', board, 'v', (tonumber(ARGV[4]) or now_ms) + 1) end

-- bounds ------------------------------------------------------------------------------------------------------------
if head.players > limits.players_max then
  local known = {}
  local all = redis.call('HGETALL', board)
  for i = 1, #all, 2 do
    if all[i]:sub(1, 2) == 'p:' then
      local player = cjson.decode(all[i + 1])
      known[#known + 1] = {all[i], player.last_ms, player.left}
    end
  end
  table.sort(known, function(a, b) return a[2] > b[2] end)
  for i = limits.players_max + 1, #known do
    redis.call('HDEL', board, known[i][1])
    if not known[i][3] then head.present = head.present - 1 end
  end
  head.players = math.min(#known, limits.players_max)
  redis.call('HSET', board, 'h', cjson.encode(head))
end
redis.call('EXPIRE', board, limits.board_keep_s)
redis.call('ZADD', KEYS[3], head.last_ms, head.match_id)

-- the server plays the match whose events are newest ----------------------------------------------------------------------
local current = tonumber(redis.call('HGET', KEYS[6], 'match_ms') or 0)
if head.last_ms >= current then
  redis.call('HSET', KEYS[6], 'match_id', head.match_id, 'match_ms', head.last_ms, 'map_name', head.map_name or '',
    'gametype', head.gametype or '', 'max_players', head.max_players or 0)
  redis.call('EXPIRE', KEYS[6], limits.server_keep_s)
end
redis.call('ZADD', KEYS[7], head.last_ms, head.match_id)
redis.call('EXPIRE', KEYS[7], limits.server_keep_s)
local surplus = redis.call('ZCARD', KEYS[7]) - limits.boards_per_server_max
if surplus > 0 then
  local oldest = redis.call('ZPOPMIN', KEYS[7], surplus)
  for i = 1, #oldest, 2 do
    redis.call('DEL', ARGV[6] .. oldest[i])
    redis.call('ZREM', KEYS[3], oldest[i])
  end
end

-- tell the readers, unless the match is over since long (a rebuild) --------------------------------------------------------
if now_ms - head.last_ms < limits.silent_ms then
  local entry = {kind = is_put and 'board' or 'update', match = head}
  if head.state == 'ended' and (state_before ~= 'ended' or is_put) then entry.ended = true end
  if #players > 0 then entry.players = players end
  if #lines > 0 then entry.kills = lines end
  for _, player in ipairs(players) do player.at, player.died_ms = nil, nil end
  head.at = nil
  local id = redis.call('XADD', stream, 'MAXLEN', '~', limits.replay_events_max, '*',
    'm', head.match_id, 's', head.server_id, 'd', cjson.encode(entry))
  redis.call('HSET', board, 'e', id)
  redis.call('EXPIRE', stream, limits.replay_s * 2)
end
return 'applied'
