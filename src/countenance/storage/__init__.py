"""Contains SQL or a column name."""
