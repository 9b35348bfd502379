"""Answers as typed functions over the stores: no HTTP. The types are `schema.answers`."""
