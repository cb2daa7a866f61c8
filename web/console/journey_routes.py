"""The doors of journeys and of the tasks that they give to members of staff."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import follow_ups, journey_editor, journeys
from web.doors import staff_page

EDIT, SEE, STOP = "campaigns.edit", "campaigns.see", "campaigns.stop"
ROUTES: list[BaseRoute] = [
    staff_page("/journeys", journeys.index, "journeys", may=SEE),
    staff_page("/journeys/new", journeys.new, "new_journey", may=EDIT),
    staff_page("/journeys/new", journeys.begin, "journey_begin", may=EDIT, methods="POST"),
    staff_page("/journeys/{id:int}", journeys.show, "journey", may=SEE),
    staff_page("/journeys/{id:int}/edit", journey_editor.show, "journey_editor", may=EDIT),
    staff_page("/journeys/{id:int}/edit", journey_editor.save, "journey_save", may=EDIT, methods="POST"),
    staff_page("/journeys/{id:int}/submission", journey_editor.submit, "journey_submission", may=EDIT, methods="POST"),
    staff_page("/journeys/{id:int}/simulation", journey_editor.simulate, "journey_simulation", may=EDIT),
    staff_page("/journeys/{id:int}/pause", journeys.pause, "journey_pause", may=STOP, methods="POST"),
    staff_page("/journeys/{id:int}/resumption", journeys.resume, "journey_resumption", may=EDIT, methods="POST"),
    staff_page("/journeys/{id:int}/closing", journeys.close, "journey_closing", may=STOP, methods="POST"),
    staff_page("/journeys/{id:int}/reopening", journeys.reopen, "journey_reopening", may=EDIT, methods="POST"),
    staff_page("/journeys/{id:int}/ending", journeys.end, "journey_ending", may=STOP, methods="POST"),
    staff_page("/journeys/{id:int}/copy", journeys.copy, "journey_copy", may=EDIT, methods="POST"),
    staff_page("/follow-ups", follow_ups.index, "follow_ups", may="tasks.do"),
    staff_page("/follow-ups/{id:int}/outcome", follow_ups.finish, "follow_up_outcome", may="tasks.do", methods="POST"),
]
