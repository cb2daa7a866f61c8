"""The doors of the library."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import library, library_editor
from web.doors import staff_page

SEE, EDIT = "content.see", "content.edit"
ROUTES: list[BaseRoute] = [
    staff_page("/library", library.index, "library", may=SEE),
    staff_page("/library/edit", library_editor.edit, "piece_editor", may=EDIT),
    staff_page("/library/edit", library_editor.save, "piece_save", may=EDIT, methods="POST"),
    staff_page("/library/files/{id:int}", library.show_file, "library_file", may=SEE),
    staff_page("/library/pieces/{id:int}/submission", library.submit, "piece_submission", may=EDIT, methods="POST"),
    staff_page("/library/{series}/retirement", library.retire, "piece_retirement", may=EDIT, methods="POST"),
]
