"""How players fight: who sees whom, bursts, hits, grenades, falls, and every sort of death."""

from __future__ import annotations

import math

from statline.demo.players import Player
from statline.demo.stage import Stage, distance_units
from statline.demo.world import GRENADES, HIT_LOCATION_WEIGHTS, HIT_LOCATIONS, Point

NOTICE_CHANCE = 0.2
"""Chance, each half second, to notice an enemy who could be seen."""

STRAY_CHANCE = 0.02
"""Chance that a shot that misses hits a team mate who stands in the same area."""

GRENADE_CHANCE = 0.07
GRENADE_FUSE_S = 2.7
GRENADE_RADIUS_UNITS = 260.0
GRENADE_DAMAGE = 190.0


def seek_fight(stage: Stage, player: Player) -> bool:
    """Attack an enemy in this or a neighbouring area, if one is noticed. True when that keeps the player busy."""
    near = {player.area, *stage.map.doors[player.area]}
    seen = [other for other in stage.alive() if other.area in near and stage.are_enemies(player, other)]
    if not seen or stage.rng.random() > NOTICE_CHANCE:
        return False
    target = min(seen, key=lambda other: distance_units(player, other))
    if (
        player.grenades
        and stage.rng.random() < GRENADE_CHANCE
        and 150 < distance_units(player, target) < 1000
    ):
        _throw_grenade(stage, player, target)
    else:
        _open_fire(stage, player, target)
    return True


def fall(stage: Stage, victim: Player) -> None:
    """A fall from too high: a world death, which has no attacker at all."""
    if victim.is_alive:
        kill(stage, None, victim, "falling", stage.rng.uniform(100, 140), "general", "falling")


def end_own_life(stage: Stage, player: Player) -> None:
    """The `kill` console command."""
    if player.is_alive:
        kill(stage, player, player, player.held_weapon, 1000.0, "general", "suicide")


def hurt(
    stage: Stage, attacker: Player, victim: Player, weapon: str, damage: float, hitloc: str, mod: str
) -> None:
    """Damage one player by another (or themselves); the killing blow has its damage event too (1.9)."""
    victim.health -= damage
    stage.emit(
        "damage",
        victim.block("victim"),
        attacker.block("attacker"),
        [("weapon", weapon), ("damage", f"{damage:.3f}"), ("mod", mod), ("hitloc", hitloc)],
    )
    if victim.health <= 0:
        kill(stage, attacker, victim, weapon, damage, hitloc, mod)


def kill(
    stage: Stage, attacker: Player | None, victim: Player, weapon: str, damage: float, hitloc: str, mod: str
) -> None:
    """End a life and send what the scripts send for it; `attacker` None is the world."""
    victim.health = 0.0
    attacker_block = attacker.block("attacker") if attacker is not None else []
    if victim.person.is_bot:
        stage.emit("bot_killed", victim.block("victim"), attacker_block)
    else:
        blow = [("weapon", weapon), ("damage", f"{damage:.3f}"), ("hitloc", hitloc), ("mod", mod)]
        stage.emit("player_kill", attacker_block, victim.block("victim"), [*blow])
        _follow_up(stage, attacker, victim)
    if attacker is not None and stage.are_enemies(attacker, victim):
        attacker.kills += 1
        if stage.has_teams and not stage.has_rounds:
            stage.scores[attacker.side] += 1
    stage.on_death(victim)


def _follow_up(stage: Stage, attacker: Player | None, victim: Player) -> None:
    """The second event the scripts send for a suicide or a team kill; it adds nothing to any count (R2, R3)."""
    if attacker is victim:
        stage.emit("player_suicide", victim.block("player"))
    elif attacker is not None and stage.has_teams and attacker.side == victim.side:
        stage.emit("player_teamkill", attacker.block("killer"), victim.block("victim"))


def _open_fire(stage: Stage, shooter: Player, target: Player) -> None:
    automatic = shooter.weapon.fire_interval_s < 0.2
    shots = stage.rng.randint(3, 9) if automatic else stage.rng.randint(1, 3)
    shooter.busy_until_s = stage.now_s + shots * shooter.weapon.fire_interval_s + 0.4
    _shoot(stage, shooter, target, shots)


def _shoot(stage: Stage, shooter: Player, target: Player, shots: int) -> None:
    if not (shots and shooter.is_alive and target.is_alive) or stage.is_over:
        return
    if shooter.ammo == 0:
        _reload(stage, shooter)
        return
    shooter.ammo -= 1
    shooter.fired += 1
    _aim(stage, shooter, target)
    stage.emit(
        "weapon_fire",
        shooter.block("player"),
        [("weapon", shooter.weapon.name), ("ammo_remaining", str(shooter.ammo))],
    )
    for _ in range(shooter.weapon.pellets):
        _pellet(stage, shooter, target)
    pause_s = shooter.weapon.fire_interval_s * stage.rng.uniform(0.97, 1.1)
    stage.after(pause_s, lambda: _shoot(stage, shooter, target, shots - 1))


def _pellet(stage: Stage, shooter: Player, target: Player) -> None:
    chance = (
        0.7 * shooter.person.skill / (1 + (distance_units(shooter, target) / shooter.weapon.range_units) ** 2)
    )
    chance *= 1.2 if shooter.stance == "crouch" else 1.0
    if stage.rng.random() < chance:
        _hit(stage, shooter, target)
    elif stage.has_teams and stage.rng.random() < STRAY_CHANCE:
        mates = [
            p for p in stage.alive() if p is not shooter and p.side == shooter.side and p.area == shooter.area
        ]
        if mates:
            _hit(stage, shooter, stage.rng.choice(mates))


def _hit(stage: Stage, shooter: Player, target: Player) -> None:
    if not target.is_alive:
        return  # an earlier pellet of the same shot was enough
    hitloc, number, _, factor = stage.rng.choices(HIT_LOCATIONS, HIT_LOCATION_WEIGHTS)[0]
    shooter.hits += 1
    stage.emit("weapon_hit", shooter.block("player"), target.block("target"), [("hitloc", str(number))])
    damage = shooter.weapon.damage * factor * stage.rng.uniform(0.85, 1.1)
    hurt(stage, shooter, target, shooter.weapon.name, damage, hitloc, shooter.weapon.mod)


def _aim(stage: Stage, shooter: Player, target: Player) -> None:
    dx, dy, dz = (theirs - ours for ours, theirs in zip(shooter.position, target.position, strict=True))
    shooter.yaw = math.degrees(math.atan2(dy, dx)) % 360
    shooter.pitch = -math.degrees(math.atan2(dz, math.hypot(dx, dy))) + stage.rng.gauss(0, 1.5)


def _reload(stage: Stage, player: Player) -> None:
    life, weapon = player.life, player.weapon

    def done() -> None:
        if player.is_alive and player.life == life and player.weapon is weapon:
            player.ammo = weapon.magazine
            stage.emit("weapon_reload_done", player.block("player"), [("weapon", weapon.name)])

    player.busy_until_s = stage.now_s + weapon.reload_s
    stage.after(weapon.reload_s, done)


def _throw_grenade(stage: Stage, thrower: Player, target: Player) -> None:
    projectile = GRENADES[thrower.side]
    where = target.position
    thrower.grenades -= 1
    thrower.busy_until_s = stage.now_s + 1.2
    _aim(stage, thrower, target)
    stage.emit("grenade_throw", thrower.block("player"), [("projectile", projectile)])
    stage.after(GRENADE_FUSE_S, lambda: _explode(stage, thrower, projectile, where))


def _explode(stage: Stage, thrower: Player, projectile: str, where: Point) -> None:
    if not thrower.is_present or stage.is_over:
        return
    stage.emit("grenade_explode", thrower.block("player"), [("projectile", projectile)])
    for victim in stage.alive():
        reach = math.dist(victim.position, where)
        if reach < GRENADE_RADIUS_UNITS:
            damage = GRENADE_DAMAGE * (1 - reach / GRENADE_RADIUS_UNITS) * stage.rng.uniform(0.8, 1.0)
            hurt(stage, thrower, victim, "grenade", damage, "general", "grenade")
