"""Durable background work on Postgres: what is done, when, and again after a failure."""
