-- Question: what do boards show of these players, as of the last renewal of the standings? Nothing of who leads nowhere, or when that was long ago.
-- Parameters: game; guids (at most 100); oldest (renewed then or later); with_figures (0: only who they are)
-- Reads: leaders
SELECT player_guid, name, smf_id
/* if with_figures */ , figures
FROM leaders FINAL
WHERE game = {game:String} AND player_guid IN {guids:Array(String)} AND renewed_at >= {oldest:DateTime64(3, 'UTC')}
