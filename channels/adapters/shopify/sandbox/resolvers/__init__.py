"""Resolvers by topic: each module's RESOLVERS maps `Type.field` to its function."""
