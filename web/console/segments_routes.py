"""The doors of segments, of lists brought along, and of the dry run of a campaign."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import dry_run, segment_lists, segments
from web.doors import staff_page

EDIT = "segments.edit"
ROUTES: list[BaseRoute] = [
    staff_page("/segments", segments.index, "segments", may=EDIT),
    staff_page("/segments/new", segments.new, "new_segment", may=EDIT),
    staff_page("/segments/new", segments.save, "segment_begin", may=EDIT, methods="POST"),
    staff_page("/segments/count", segments.count, "segment_count", may=EDIT, methods="POST"),
    staff_page("/segments/lists", segment_lists.index, "segment_lists", may=EDIT),
    staff_page("/segments/lists", segment_lists.take_in, "segment_list_take_in", may=EDIT, methods="POST"),
    staff_page("/segments/lists/{id:int}", segment_lists.show, "segment_list", may=EDIT),
    staff_page(
        "/segments/lists/{id:int}/retirement",
        segment_lists.retire,
        "segment_list_retirement",
        may=EDIT,
        methods="POST",
    ),
    staff_page("/segments/{id:int}", segments.show, "segment", may=EDIT),
    staff_page("/segments/{id:int}", segments.save, "segment_save", may=EDIT, methods="POST"),
    staff_page("/segments/{id:int}/retirement", segments.retire, "segment_retirement", may=EDIT, methods="POST"),
    staff_page("/campaigns/{id:int}/dry-run", dry_run.show, "campaign_dry_run", may="campaigns.see"),
]
