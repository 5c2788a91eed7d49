"""Reading in context: queries over the tokens of the articles, and concordances of what they find."""
