-- Question: Where do players hit, and where do kills land?
-- Reads: player_hitlocs
SELECT
    hitloc, sum(hits_given) AS hits, sum(kills) AS kills_there,
    round(hits / sum(hits) OVER (), 4) AS share_of_hits, round(kills_there / sum(kills_there) OVER (), 4) AS share_of_kills
FROM player_hitlocs
WHERE game = 'mohaa' AND hitloc != ''
GROUP BY hitloc
ORDER BY hits DESC, hitloc
