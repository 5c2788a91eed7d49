"""How good the coding is: against annotated quotations and hand-coded mentions."""
