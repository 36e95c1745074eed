"""Who is asking: API keys to actors, for every way in."""
