"""The open tables: their schema, reading and writing them, and what belongs to them."""
