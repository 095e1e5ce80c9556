"""The compiled engine's parts: a file per subject, read `loop` first."""
