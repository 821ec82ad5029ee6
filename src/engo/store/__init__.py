"""Durable state: the formula database and the store of content. The only SQL.

database    formulas and names in SQLite: reading, and operations committed in groups
migrations  the schema, as a list of named steps
content     blobs by their SHA-512
errors      what can go wrong, as one tree

Everything here blocks; callers that may not wait use a thread. Nothing here knows
what a formula means, beyond its type, its references and whether it holds names.
"""
