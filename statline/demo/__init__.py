"""A simulator of OpenMOHAA servers: seeded matches, sent exactly as the game's scripts send them.

For people who want to see statline alive, and for tests that want a fresh match with known totals.

`match` plays (with `movement`, `combat`, `incidents` on a `stage`), `wire` writes, `stranger` garbles on request,
`fleet` plans the servers, `sender` posts, `totals` counts what must come out, `command` is the command line.
"""
