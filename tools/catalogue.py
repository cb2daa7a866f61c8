"""The catalogues of other languages: take the texts from templates and pages, update the .po files, compile them."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "web" / "locale"
# the same extensions as web.rendering gives the environment
JINJA = {
    "extensions": "jinja2.ext.i18n,jinja2.ext.do,jinja2.ext.loopcontrols",
    "newstyle_gettext": "true",
    "silent": "false",
}
SOURCES = (("templates", [("**.html", "jinja2")], {"**.html": JINJA}), ("web", [("**.py", "python")], {}))


def wanted() -> Catalog:
    """Every text that pages ask for, each with the places that ask."""
    sys.path.insert(0, str(ROOT))
    from tools import collect_labels

    found = Catalog(charset="utf-8", project="huiliu")
    for folder, methods, options in SOURCES:
        for place, _line, text, _comments, context in extract_from_dir(ROOT / folder, methods, options):
            found.add(text, locations=[(f"{folder}/{place}", None)], context=context)
    for text, place in collect_labels.labels().items():
        found.add(text, locations=[(place, None)])
    return found


def read(code: str) -> Catalog:
    """The catalogue of a language as it is written down."""
    path = _po(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def compiled(catalogue: Catalog) -> bytes:
    """What the .mo file of this catalogue holds."""
    made = io.BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


def update(code: str) -> None:
    """Write the catalogue anew with every text asked for, and compile it."""
    catalogue = read(code)
    before = catalogue.creation_date
    # a guess from a similar text would be shown to nobody and hide that the text is missing
    catalogue.update(wanted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    # no moments and no names in the header: a run that changes nothing writes the same bytes
    catalogue.creation_date = catalogue.revision_date = before
    catalogue.header_comment = f"# Texts of Huiliu in another language, code {code}; written by `make catalogue`."
    catalogue.last_translator = catalogue.language_team = catalogue.copyright_holder = "Huiliu"
    catalogue.msgid_bugs_address, catalogue.fuzzy = "", False
    path = _po(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, sort_output=True, include_lineno=False)
    # compiled from what was written, so that both files always agree
    path.with_suffix(".mo").write_bytes(compiled(read(code)))


def missing(catalogue: Catalog) -> list[str]:
    """Texts asked for that this catalogue does not translate."""
    known = {message.id for message in catalogue if message.string}
    return sorted(str(message.id) for message in wanted() if message.id and message.id not in known)


def main() -> None:
    """Update and compile the languages named; fails when a text is not translated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("codes", nargs="+")
    gaps = 0
    for code in parser.parse_args().codes:
        update(code)
        for text in missing(read(code)):
            print(f"{_po(code).relative_to(ROOT)}: no translation of {text}")
            gaps += 1
    sys.exit(bool(gaps))


def _po(code: str) -> Path:
    return LOCALES / code / "LC_MESSAGES" / "messages.po"


if __name__ == "__main__":
    main()
