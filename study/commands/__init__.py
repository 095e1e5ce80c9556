"""The commands of ``python -m study``, a module each; they wire studies to their reports."""
