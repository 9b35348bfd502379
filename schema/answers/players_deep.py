"""One player in depth: DeepStats and its parts, vehicles, rounds, world, bots (spec/openmohaa.md 4.4).

What depends on the order of events counts settled matches only (docs/statistics.md).
"""

from __future__ import annotations

from msgspec import Struct


class DeepCombat(Struct, frozen=True, kw_only=True):
    """Fighting."""

    kills: int
    player_kills: int
    bot_kills: int
    deaths: int
    kd_ratio: float
    headshots: int
    headshot_percent: float
    torso_kills: int
    limb_kills: int
    melee_kills: int
    gibs: int
    suicides: int
    team_kills: int
    trading_kills: int
    revenge_kills: int
    highest_streak: int
    nutshots: int
    """Kills at the pelvis, of all time."""
    first_bloods: int
    longshots: int
    bash_kills: int
    bash_percent: float
    grenade_kills: int
    grenade_percent: float
    roadkill_kills: int
    roadkill_percent: float
    telefrag_kills: int
    telefrag_percent: float
    standard_kills: int
    """Kills that are none of these four."""
    standard_percent: float
    grenades_thrown: int
    damage_dealt: float
    damage_taken: float
    best_killstreak: int
    current_streak: int
    streaks_5: int
    streaks_10: int
    streaks_15: int
    streaks_20: int
    streaks_25: int
    double_kills: int
    multi_kills: int
    ultra_kills: int
    monster_kills: int
    ludicrous_kills: int
    multi_kill_rate: float
    clutches: int
    avg_lifespan_s: float
    unsettled_matches: int
    """Matches whose sequences are not computed yet."""


class DeepWeapon(Struct, frozen=True, kw_only=True):
    """A weapon."""

    name: str
    kills: int
    player_kills: int
    bot_kills: int
    deaths: int
    headshots: int
    accuracy: float
    shots: int
    hits: int
    damage: float


class DeepMovement(Struct, frozen=True, kw_only=True):
    """Getting about; times in seconds, distances in kilometres."""

    total_distance_km: float
    sprint_distance_km: float
    swim_distance_km: float
    driven_distance_km: float
    jump_count: int
    crouch_count: int
    prone_count: int
    ladder_count: int
    sprint_count: float
    """Metres sprinted in hundreds: events of sprinting are not told."""
    crouch_time_sec: float
    prone_time_sec: float
    stand_time_sec: float
    sprint_time_sec: float
    time_standing: float
    time_crouching: float
    time_prone: float


class DeepAccuracy(Struct, frozen=True, kw_only=True):
    """Aim."""

    overall: float
    head_hit_pct: float
    avg_distance: float
    """Metres."""
    shots_fired: int
    shots_hit: int


class DeepSession(Struct, frozen=True, kw_only=True):
    """Time played."""

    playtime_hours: float
    matches_played: int
    wins: int
    win_rate: float
    sessions: int
    avg_session_mins: float
    longest_session_mins: float


class DeepRivals(Struct, frozen=True, kw_only=True):
    """Who killed the player most, and whom the player killed most; null: nobody."""

    nemesis_name: str | None
    nemesis_guid: str | None
    nemesis_kills: int
    victim_name: str | None
    victim_guid: str | None
    victim_kills: int


class DeepStance(Struct, frozen=True, kw_only=True):
    """Kills by stance."""

    standing_kills: int
    standing_player_kills: int
    standing_bot_kills: int
    crouch_kills: int
    crouch_player_kills: int
    crouch_bot_kills: int
    prone_kills: int
    prone_player_kills: int
    prone_bot_kills: int
    standing_pct: float
    crouch_pct: float
    prone_pct: float


class Pickup(Struct, frozen=True, kw_only=True):
    """An item and how often it was picked up."""

    item_name: str
    count: int


class DeepInteraction(Struct, frozen=True, kw_only=True):
    """Chat, items, vehicles."""

    chat_messages: int
    pickups: list[Pickup]
    vehicle_uses: int
    turret_uses: int


class DeepStats(Struct, frozen=True, kw_only=True):
    """GET /stats/player/{guid}/deep and /stats/member/{id}."""

    guid: str
    name: str
    combat: DeepCombat
    weapons: list[DeepWeapon]
    movement: DeepMovement
    accuracy: DeepAccuracy
    session: DeepSession
    rivals: DeepRivals
    stance: DeepStance
    interaction: DeepInteraction


class VehicleType(Struct, frozen=True, kw_only=True):
    """A vehicle; kills and deaths by vehicles are not told by vehicle on the wire."""

    vehicle_name: str
    uses: int
    kills: int
    deaths: int
    distance_km: float


class TurretStats(Struct, frozen=True, kw_only=True):
    """Turrets."""

    turret_uses: int
    turret_kills: int
    turret_deaths: int


class TurretType(Struct, frozen=True, kw_only=True):
    """A turret."""

    turret_name: str
    uses: int


class PlayerVehicles(Struct, frozen=True, kw_only=True):
    """GET …/vehicles. Vehicle kills: means of death vehicle; turret kills: with MG42 or 30cal."""

    vehicle_uses: int
    vehicle_kills: int
    vehicle_deaths: int
    roadkills: int
    total_driven_km: float
    vehicle_types: list[VehicleType]
    by_vehicle_type: list[VehicleType]
    turret_stats: TurretStats
    turret_kills: int
    turret_deaths: int
    by_turret_type: list[TurretType]


class ObjectiveType(Struct, frozen=True, kw_only=True):
    """A kind of objective, else its name."""

    objective_type: str
    count: int


class TeamStats(Struct, frozen=True, kw_only=True):
    """Time and wins by team."""

    allies_playtime_pct: float
    axis_playtime_pct: float
    allies_wins: int
    axis_wins: int


class GameFlow(Struct, frozen=True, kw_only=True):
    """GET …/game-flow: rounds, objectives, teams."""

    rounds_played: int
    rounds_won: int
    rounds_lost: int
    round_win_rate: float
    objectives_total: int
    objectives_by_type: list[ObjectiveType]
    first_bloods: int
    clutch_wins: int
    clutch_chances: int
    team_stats: TeamStats


class PlayerWorld(Struct, frozen=True, kw_only=True):
    """GET …/world: ladders, doors, items, chat, falls. Distances in metres."""

    ladder_mounts: int
    ladder_climbs: int
    ladder_distance: float
    doors_opened: int
    doors_closed: int
    items_picked_up: int
    item_pickups: int
    items_dropped: int
    use_interactions: int
    chat_messages: int
    team_messages: int
    fall_damage: float
    fall_damage_taken: float
    fall_deaths: int


class BotVictim(Struct, frozen=True, kw_only=True):
    """A bot and how often the player killed it."""

    name: str
    kills: int


class PlayerBots(Struct, frozen=True, kw_only=True):
    """GET …/bots. The wire tells no type of a bot: `bots_by_type` has one entry for each name."""

    bot_kills: int
    deaths_to_bots: int
    bot_deaths: int
    bot_kd_ratio: float
    bots_by_type: list[BotVictim]
    top_bot_victims: list[BotVictim]
    avg_bot_kill_distance: float
