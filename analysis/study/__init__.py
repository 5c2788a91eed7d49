"""What a study says of itself, where its files lie, and what errors say."""
