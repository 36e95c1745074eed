"""The schema's history, one file a step; each is frozen once released."""
