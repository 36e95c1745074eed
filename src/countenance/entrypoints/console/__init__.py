"""Pages for the people who work here: one handler, one template and at most one script a page."""
