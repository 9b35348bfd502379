"""One player's war room: peaks, combinations, drill-downs, play style, predictions, comparisons (spec/openmohaa.md 7.2, 7.3)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from schema.answers.players_deep import DeepStats


class HourPeak(Struct, frozen=True, kw_only=True):
    """An hour of the day, UTC."""

    hour: int
    kills: int
    player_kills: int
    bot_kills: int
    deaths: int
    kd_ratio: float
    accuracy: float
    wins: int
    losses: int


class DayPeak(Struct, frozen=True, kw_only=True):
    """A day of the week; 1 is Monday."""

    day_of_week: str
    day_num: int
    kills: int
    player_kills: int
    bot_kills: int
    deaths: int
    kd_ratio: float
    accuracy: float
    wins: int
    losses: int


class MapPeak(Struct, frozen=True, kw_only=True):
    """A map."""

    map_name: str
    kills: int
    kd_ratio: float


class WeaponPeak(Struct, frozen=True, kw_only=True):
    """A weapon."""

    weapon_name: str
    kills: int


class BestConditions(Struct, frozen=True, kw_only=True):
    """When and where the player does best."""

    best_hour_label: str
    best_day: str
    best_map: str
    optimal_session_mins: int
    """The average length of the player's sessions."""


class Streaks(Struct, frozen=True, kw_only=True):
    """Runs of kills and of decided matches."""

    current_streak: int
    best_kill_streak: int
    best_win_streak: int
    worst_loss_streak: int


class PeakPerformance(Struct, frozen=True, kw_only=True):
    """GET …/peak-performance. A best hour needs more than 10 kills and deaths, a day 20, accuracy 50 shots; else null."""

    best_hour: HourPeak | None
    best_day: DayPeak | None
    best_map: MapPeak | None
    best_weapon: WeaponPeak | None
    hourly_breakdown: list[HourPeak]
    daily_breakdown: list[DayPeak]
    most_accurate_at: str
    most_wins_at: str
    most_losses_at: str
    best_conditions: BestConditions
    streaks: Streaks


class WeaponOnMap(Struct, frozen=True, kw_only=True):
    """The weapon most used on a map."""

    map_name: str
    weapon_name: str
    kills: int
    kd_ratio: float


class VictimPattern(Struct, frozen=True, kw_only=True):
    """Somebody the player kills."""

    victim_guid: str
    victim_name: str
    kills: int
    deaths_to: int
    ratio: float
    favorite_weapon: str


class KillerPattern(Struct, frozen=True, kw_only=True):
    """Somebody who kills the player."""

    killer_guid: str
    killer_name: str
    deaths_to: int
    kills_against: int
    most_used_weapon: str


class WeaponDistance(Struct, frozen=True, kw_only=True):
    """How far a weapon kills, metres."""

    weapon_name: str
    avg_distance: float
    max_distance: float
    min_distance: float


class WeaponHitlocs(Struct, frozen=True, kw_only=True):
    """Where a weapon kills (10 kills or more), percent."""

    weapon_name: str
    head_pct: float
    torso_pct: float
    limb_pct: float


class Signature(Struct, frozen=True, kw_only=True):
    """What the player is known for. `clutch_rate`: team wins / matches, as the original had it."""

    play_style: str
    clutch_rate: float
    first_blood_rate: float


class MovementCombat(Struct, frozen=True, kw_only=True):
    """Fighting on the move."""

    run_gun_index: float
    bunny_hop_efficiency: float


class ComboMetrics(Struct, frozen=True, kw_only=True):
    """GET …/combos. Rates in percent (docs/statistics.md)."""

    weapon_on_map: list[WeaponOnMap]
    victim_patterns: list[VictimPattern]
    killer_patterns: list[KillerPattern]
    distance_by_weapon: list[WeaponDistance]
    hitloc_by_weapon: list[WeaponHitlocs]
    signature: Signature
    movement_combat: MovementCombat
    run_gun_index: float
    bunny_hop_efficiency: float
    clutch_rate: float
    first_blood_rate: float
    revenge_rate: float
    survival_rate: float
    multi_kill_rate: float
    air_kill_rate: float
    slide_kill_rate: float
    low_health_kill_rate: float
    scavenger_score: float
    pickup_to_kill_ratio: float
    objective_focus: float
    consistency: float
    """Deviation of K/D between the matches with five kills and deaths or more: smaller is steadier."""
    consistency_matches: int
    """How many matches that rests on; of none it is 0."""
    avg_lifespan_secs: float
    avg_hp_at_kill: float


class DrilldownItem(Struct, frozen=True, kw_only=True):
    """One value of a dimension. `key` is the value to drill into, `label` the same for people."""

    key: str
    label: str
    value: int | float
    percentage: float
    sublabel: str
    sample_size: int
    kills: int
    deaths: int
    delta: int | float
    """Value minus that of all values together."""
    delta_pct: float


class Drilldown(Struct, frozen=True, kw_only=True):
    """GET …/drilldown: a stat divided by a dimension."""

    stat: str
    dimension: str
    total: int | float
    items: list[DrilldownItem]
    breakdown: list[DrilldownItem]


class NestedDrilldown(Struct, frozen=True, kw_only=True):
    """GET …/drilldown/{dimension}/{value}: one value divided by another dimension."""

    stat: str
    parent_dimension: str
    parent_value: str
    child_dimension: str
    total: int | float
    items: list[DrilldownItem]
    breakdown: list[DrilldownItem]


class DrilldownOptions(Struct, frozen=True, kw_only=True):
    """GET /stats/drilldown/options."""

    stat: str
    stats: list[str]
    dimensions: list[str]


class Playstyle(Struct, frozen=True, kw_only=True):
    """GET …/playstyle. `confidence` from 0 to 1 grows with the kills it rests on."""

    name: str
    style: str
    description: str
    icon: str
    confidence: float


class WarRoom(Struct, frozen=True, kw_only=True):
    """GET …/war-room."""

    deep_stats: DeepStats
    peak_performance: PeakPerformance
    combo_metrics: ComboMetrics
    kd_drilldown: Drilldown
    playstyle: Playstyle


class RivalForecast(Struct, frozen=True, kw_only=True):
    """How the next duel with a rival may end."""

    opponent_guid: str
    opponent_name: str
    win_prob: float
    nemesis: bool


class Prediction(Struct, frozen=True, kw_only=True):
    """GET …/predictions: what the last ten matches say of the next (docs/statistics.md)."""

    guid: str
    expected_kd: float
    trend: str
    """improving, declining or stable."""
    confidence: float
    predicted_kills: int
    predicted_deaths: int
    rival_analysis: list[RivalForecast]
    recent_performance: list[float]
    """K/D of the matches it rests on, newest first."""
    last_updated: datetime


class PlayerGametype(Struct, frozen=True, kw_only=True):
    """What a player did in a game type."""

    gametype: str
    kills: int
    player_kills: int
    bot_kills: int
    deaths: int
    headshots: int
    matches_played: int
    matches_won: int
    matches_lost: int
    win_rate: float
    kd_ratio: float


class HeatPoint(Struct, frozen=True, kw_only=True):
    """Lower corner of a square of 100 game units."""

    x: float
    y: float
    count: int


class PlayerHeatmap(Struct, frozen=True, kw_only=True):
    """GET …/heatmap/{map} and …/deaths/{map}."""

    map_name: str
    type: str
    points: list[HeatPoint]


class PerformancePoint(Struct, frozen=True, kw_only=True):
    """A match."""

    match_id: str
    kills: int
    deaths: int
    kd: float
    played_at: int
    label: str


class PerformanceSeries(Struct, frozen=True, kw_only=True):
    """GET …/performance?shape=series: the same as columns."""

    labels: list[str]
    kills: list[int]
    deaths: list[int]
    kd: list[float]
    played_at: list[int]


class VersusWeapon(Struct, frozen=True, kw_only=True):
    """A weapon between two players."""

    weapon: str
    kills: int
    deaths: int


class Versus(Struct, frozen=True, kw_only=True):
    """GET …/versus/{other}: two players against each other, seen from the first. By weapon: settled matches."""

    guid: str
    name: str
    opponent_guid: str
    opponent_name: str
    kills: int
    deaths: int
    team_kills: int
    team_deaths: int
    kd_ratio: float
    matches: int
    last_met: datetime | None
    weapons: list[VersusWeapon]
    maps: list[VersusWeapon]
