-- Question: where on a map did these players kill (from where they stood), or die?
-- x and y are the lower corner of a square of `cell_units` game units; unknown places are left out.
-- Parameters: game; guids (one person's, at most 100); map_name; of_deaths; cell_units; bounded (0: of all time); from_time, to_time;
--   server_id, gametype, weapon (empty = any); rows_max
-- Reads: player_duels
SELECT
    floor(player_duels.x / {cell_units:Int32}) * {cell_units:Int32} AS cell_x,
    floor(player_duels.y / {cell_units:Int32}) * {cell_units:Int32} AS cell_y,
    count() AS value
FROM player_duels FINAL
WHERE game = {game:String} AND player_guid IN {guids:Array(String)} AND map_name = {map_name:String}
    AND is_death = {of_deaths:UInt8} AND (is_death OR kill_kind = 'kill') AND (x != 0 OR y != 0 OR z != 0)
    AND abs(x) < 1000000 AND abs(y) < 1000000
    /* if bounded */ AND at >= {from_time:DateTime64(3, 'UTC')} AND at < {to_time:DateTime64(3, 'UTC')}
    /* if weapon */ AND player_duels.weapon = {weapon:String}
    /* if server_id */ AND player_duels.server_id = {server_id:String}
    /* if gametype */ AND player_duels.gametype = {gametype:String}
GROUP BY cell_x, cell_y
ORDER BY value DESC, cell_x, cell_y
LIMIT {rows_max:UInt32}
