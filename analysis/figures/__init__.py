"""Result tables to figures and tables of a paper."""
