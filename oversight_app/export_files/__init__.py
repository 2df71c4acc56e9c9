"""The files of an export: how a table is written, what is made beside it, and what changes before it is made public."""
