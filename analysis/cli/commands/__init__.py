"""The commands of ``gipfel`` that have a module of their own; ``analysis.cli.app`` names them."""
