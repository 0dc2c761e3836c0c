"""The routes: each parses, asks the desk and answers."""
