#!/bin/sh
# Starts ClickHouse after writing off deduplication tokens whose parts a kill kept from their place: their next try would be
# taken for a repetition, and the rows would be lost (docs/decisions/0012-inserts-are-synced.md). The same as
# clickhouse/engine/tokens.py does for the embedded engine; tests/clickhouse/test_tokens.py tests both.
# And it has the file system write the tokens of raw_events through, where it can, so that none is lost with the power while its
# part stays. A table that is made while the server runs has that from its next start on.
set -eu

# The names of a table's folder, an empty line, the last records of its logs -> records that write off what has no part.
missing_parts='
  !records && $0 == "" { records = 1; next }
  !records && /^[^_]+_[0-9]+_[0-9]+_[0-9]+(_[0-9]+)?$/ {
    split($0, name, "_"); n++; partition[n] = name[1]; first[n] = name[2] + 0; last[n] = name[3] + 0
  }
  !records || NF != 3 { next }
  $1 == 2 { delete known[$3]; next }
  { known[$3] = $2 }
  END {
    for (token in known) {
      split(known[token], name, "_"); there = 0
      for (i = 1; i <= n; i++)
        if (partition[i] == name[1] && first[i] <= name[2] + 0 && name[3] + 0 <= last[i]) there = 1
      if (!there) print "2\t" known[token] "\t" token
    }
  }'

for table in "${CLICKHOUSE_DATA:-/var/lib/clickhouse}"/metadata/*/raw_events.sql; do
  uuid=$(sed -n "s/.*UUID '\([0-9a-f-]*\)'.*/\1/p" "$table" 2>/dev/null | head -n 1)
  logs=$(ls -d "${CLICKHOUSE_DATA:-/var/lib/clickhouse}"/store/*/"${uuid:-none}"/deduplication_logs 2>/dev/null || :)
  [ -z "$logs" ] || chattr +S "$logs" "$logs"/*.txt 2>/dev/null || :
done

for logs in "${CLICKHOUSE_DATA:-/var/lib/clickhouse}"/store/*/*/deduplication_logs; do
  newest=$(ls "$logs" 2>/dev/null | sort -t _ -k 3 -n | tail -n 1)
  [ -n "$newest" ] || continue
  # A torn record is none, and would spoil the one behind it.
  if [ -n "$(tail -c 1 "$logs/$newest")" ]; then sed -i '$d' "$logs/$newest"; fi
  missing=$({
    ls "$logs/.."
    echo
    ls "$logs" | sort -t _ -k 3 -n | tail -n 2 | while read -r log; do tail -n 100 "$logs/$log"; done
  } | awk -F '\t' "$missing_parts")
  [ -n "$missing" ] || continue
  printf '%s\n' "$missing" >> "$logs/$newest"
  echo "statline: an insert into $(dirname "$logs") was cut off by a kill; it may be repeated" >&2
done
sync

[ $# -gt 0 ] || set -- /entrypoint.sh
exec "$@"
