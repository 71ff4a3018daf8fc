"""Recorders of several makers, put to the same questions in processes of their own."""
