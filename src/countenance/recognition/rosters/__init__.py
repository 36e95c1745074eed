"""Galleries as Azure Face's clients know them: face lists, person groups, directories."""
