"""How pages look and travel, for staff and for everybody: layout, tokens, static files, headers, tables."""
