"""How good the coding is: against annotated quotations and coded mentions."""
