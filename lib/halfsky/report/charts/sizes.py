"""How many rows or panels one chart holds: what a printed page, and the eye, can take."""

COMPLETION_ROWS = 20
CONTRIBUTION_PANELS = 2
DUMBBELL_ROWS = 16
EFFECT_PANELS = 4
FAN_PANELS = 8  # four rows of two
FUNNEL_PANELS = 4
SLOPE_PANELS = 9
