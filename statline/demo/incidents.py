"""What happens besides running and shooting: falls, leaving, logins, new names, chat, pickups, other weapons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from statline.demo import combat
from statline.demo.players import Player, random_name
from statline.demo.stage import Stage
from statline.demo.world import WEAPONS, Weapon

CHAT: Final = (
    "nice shot",
    "gg",
    "100% luck & skill",
    "cover the bridge",
    "n1 + n1 = 2",
    "who threw that?",
    "medic!",
)


def happen(stage: Stage) -> Player | None:
    """Let one thing happen to one player who is there. Returns that player if they left the server."""
    candidates = [player for player in stage.alive() if not player.person.is_bot]
    if not candidates:
        return None
    player = stage.rng.choice(candidates)
    incident = stage.rng.choices(tuple(INCIDENTS), tuple(INCIDENTS.values()))[0]
    incident(stage, player)
    return None if player.is_present else player


def announce_login(stage: Stage, player: Player) -> None:
    """Send player_auth for a player who is logged in."""
    login = [("smf_member_id", str(player.person.member_id)), ("smf_member_name", player.person.name)]
    stage.emit("player_auth", player.block("player"), [*login])


def log_in(stage: Stage, player: Player) -> None:
    """A login in the middle of a match: from here on the guid is the member id."""
    if player.is_present and not stage.is_over:
        player.logged_in = True
        announce_login(stage, player)


def take_weapon(stage: Stage, player: Player, weapon: Weapon) -> None:
    """Put a loaded weapon in the player's hands and send weapon_change."""
    old, player.held_weapon = player.held_weapon, weapon.name
    player.weapon = weapon
    player.ammo = weapon.magazine
    stage.emit("weapon_change", player.block("player"), [("old_weapon", old), ("new_weapon", weapon.name)])


def _leave(stage: Stage, player: Player) -> None:
    stage.emit("disconnect", player.block("player"))
    player.is_present = False


def _rename(stage: Stage, player: Player) -> None:
    player.person.name = random_name(stage.rng)
    stage.emit("client_userinfo_changed", player.block("player"))


def _chat(stage: Stage, player: Player) -> None:
    stage.emit(
        "chat",
        player.block("player"),
        [("message", stage.rng.choice(CHAT)), ("is_team", stage.rng.randrange(2))],
    )


def _pick_up(stage: Stage, player: Player) -> None:
    if stage.rng.random() < 0.5:
        stage.emit("item_pickup", player.block("player"), [("item_name", "AmmoBox"), ("count", 30)])
    else:
        player.health = min(100.0, player.health + 25)
        stage.emit("health_pickup", player.block("player"), [("count", 25)])


def _switch_weapon(stage: Stage, player: Player) -> None:
    others = [weapon for weapon in WEAPONS[player.side] if weapon is not player.weapon]
    take_weapon(stage, player, stage.rng.choice(others))


Incident = Callable[[Stage, Player], None]

# How often each happens, of a hundred.
INCIDENTS: Final[dict[Incident, int]] = {
    combat.fall: 12,
    combat.end_own_life: 5,
    _leave: 9,
    _rename: 6,
    _chat: 20,
    _pick_up: 28,
    _switch_weapon: 20,
}
