"""SQL that makes believable raw_events inside ClickHouse: the mix of a recorded match, on busy servers."""

from __future__ import annotations

from typing import Final

from schema.columns import COLUMNS

SERVERS: Final = 24
PLAYERS: Final = 5000
SLOTS: Final = 16
EVENTS_PER_MATCH: Final = 1500

_MADE: Final = {
    "event_type": "multiIf(t < 5, 'player_kill', t < 22, 'damage', t < 57, 'weapon_fire', t < 74, 'weapon_hit', 'distance')",
    "event_name": "event_type",
    "event_time": "toDateTime64(began_s + within * 0.8 + (h1 % 700) / 1000, 3, 'UTC')",
    "received_at": "now64(3, 'UTC')",
    "time_source": "'unix'",
    "server_id": "concat('server-', toString(server))",
    "match_id": "reinterpretAsUUID(sipHash128(server, match))",
    "match_wire_id": "concat('match_', lower(hex(sipHash64(server, match))))",
    "session_id": "concat('sess_', lower(hex(sipHash64(match, server))))",
    "batch_id": "'{batch}'",
    "batch_row": "toUInt32(number)",
    "map_name": "['dm/mohdm6', 'obj/obj_team2', 'dm/mohdm1', 'dm/mohdm2'][1 + (server + match) % 4]",
    "gametype": "['ffa', 'obj', 'tdm'][1 + server % 3]",
    "player_guid": "if(p % 3 = 0, toString(p), concat('unauth_', toString(slot), '@', lower(leftPad(hex(p), 8, '0'))))",
    "player_name": "concat('Player', toString(p))",
    "player_team": "['allies', 'axis'][1 + p % 2]",
    "player_x": "toFloat32(h2 % 4000) - 2000",
    "player_y": "toFloat32(h3 % 4000) - 2000",
    "player_z": "toFloat32(1 + h3 % 100)",
    "player_stance": "['stand', 'crouch', 'prone'][1 + h2 % 3]",
    "player_is_bot": "p % 50 = 1",
    "target_guid": "if(t < 22 OR (t >= 57 AND t < 74), if(v % 3 = 0, toString(v), concat('unauth_', toString(other), '@', "
    "lower(leftPad(hex(v), 8, '0')))), '')",
    "target_name": "if(target_guid = '', '', concat('Player', toString(v)))",
    "target_team": "if(target_guid = '', '', ['allies', 'axis'][1 + v % 2])",
    "target_x": "if(target_guid = '', 0, toFloat32(h1 % 4000) - 2000)",
    "target_y": "if(target_guid = '', 0, toFloat32(h2 % 4000) - 2000)",
    "target_z": "if(target_guid = '', 0, toFloat32(1))",
    "target_is_bot": "target_guid != '' AND v % 50 = 1",
    "weapon": "if(event_type = 'distance', '', ['M1 Garand', 'Thompson', 'MP40', 'BAR', 'StG44', 'Kar98', 'Springfield', "
    "'Shotgun', 'Colt45'][1 + h3 % 9])",
    "hitloc": "if(target_guid = '', '', ['head', 'torso_upper', 'torso_lower', 'l_arm_upper', 'pelvis'][1 + h2 % 5])",
    "mod": "if(t < 22, ['bullet', 'bash', 'grenade'][1 + h3 % 3], '')",
    "damage": "if(event_type = 'damage', toFloat64(h1 % 100000) / 1000, 0)",
    "kill_kind": "if(event_type = 'player_kill', ['kill', 'kill', 'kill', 'kill', 'team_kill'][1 + h3 % 5], '')",
    "distance_units": "if(event_type = 'player_kill', toFloat32(h2 % 3000), 0)",
    "walked": "if(event_type = 'distance', toFloat64(h1 % 1000) / 10, 0)",
    "sprinted": "if(event_type = 'distance', toFloat64(h2 % 1000) / 10, 0)",
    "attributes": "map('velocity', toString(h1 % 300))",
    "raw": "concat('type=', event_type, '&match_id=', match_wire_id, '&timestamp=', toString(event_time), '&player_guid=', "
    "player_guid, '&player_name=', player_name, '&player_x=', toString(player_x), '&player_y=', toString(player_y), "
    "'&player_stance=', player_stance, '&player_pitch=1.0&player_yaw=30.5&weapon=', weapon, '&victim_guid=', target_guid, "
    "'&hitloc=', hitloc, '&mod=', mod, '&damage=', toString(damage), '&session_id=', session_id)",
}


def made_rows(first: int, count: int, *, began_s: int, days: int, events: int, batch: str) -> str:
    """A SELECT of events `first` to `first + count` of `events` spread over `days` from Unix second `began_s`.

    Each server plays one match after the other, 1500 events of 16 of the 5000 players each; deterministic.
    """
    matches = max(1, events // SERVERS // EVENTS_PER_MATCH)
    with_ = f"""WITH {first} + number AS i, i % {SERVERS} AS server, intDiv(i, {SERVERS}) AS turn,
    intDiv(turn, {EVENTS_PER_MATCH}) AS match, turn % {EVENTS_PER_MATCH} AS within,
    {began_s} + match * {days * 86400 // matches} + server * 60 AS began_s,
    cityHash64(i, 1) AS h1, cityHash64(i, 2) AS h2, cityHash64(i, 3) AS h3, h1 % 100 AS t,
    h2 % {SLOTS} AS slot, (slot + 1 + h3 % {SLOTS - 1}) % {SLOTS} AS other,
    cityHash64(server, match, slot) % {PLAYERS} AS p, cityHash64(server, match, other) % {PLAYERS} AS v"""
    columns = ",\n    ".join(
        f"{_made(column.name, column.type, batch)} AS {column.name}" for column in COLUMNS
    )
    return f"{with_}\nSELECT\n    {columns}\nFROM numbers({count})"


def _made(name: str, type: str, batch: str) -> str:
    if name == "game":
        return "'mohaa'"
    made = _MADE.get(name)
    return (
        made.replace("{batch}", batch)
        if made
        else f"defaultValueOfTypeName('{type.replace(chr(39), chr(39) * 2)}')"
    )
