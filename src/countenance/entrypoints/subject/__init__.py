"""HTML for the person whose face it is: what is held, what was done with it, what can be done about it."""
