"""Reading in context: queries over the tokens of the articles, and what they find."""
