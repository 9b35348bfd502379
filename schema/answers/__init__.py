"""What the API answers, as types (spec/openmohaa.md 4.2-4.5): JSON keys are the field names.

Where pages of the forum disagree about a key, both spellings are here. Numbers are finite; times are aware UTC and leave
as RFC 3339 with Z; `_s` and `_seconds` are seconds, `_km` kilometres, `distance_traveled` and `avg_kill_distance` metres,
`sprinted`, `swam`, `driven`, `x` and `y` game units, accuracy and ratios named `hs_` percent.
"""
