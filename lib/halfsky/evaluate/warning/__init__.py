"""The rules of early warning, one idea a module; evaluate.early_warning runs them in order.

hard, worsening, unusual, volatile: families 1 to 4, of a target. figures, totals, remarks:
family 5, of the figures themselves, whether a target rests on them or not. doubt: which targets
must not be spoken of until a figure is cleared up. Source: docs/method.md section 5.
"""
