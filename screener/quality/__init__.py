"""How well stories are judged: they are replayed through the real pipeline, and counted. docs/quality.md says how."""
