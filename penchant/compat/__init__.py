"""Documented names of other systems, each a thin translation. Nothing else rests on this folder."""
