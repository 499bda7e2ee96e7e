"""To be imported last by a process of which others are forked to grade answers: notes what the imports before brought.

Each child would do that by itself, before the answer arrives (see `unladen.exercises.speed_names`); it is most of what
a child has to do for a small answer.
"""

from unladen.exercises.speed_names import note_early

note_early()
