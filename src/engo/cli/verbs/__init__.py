"""The verbs, one file each: the table that describes it, and what it does."""
