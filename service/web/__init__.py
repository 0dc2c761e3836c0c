"""The page: server-rendered, Chinese with an English switch, usable without script."""
