"""Third-party front-end files: checked against static/vendor/vendor.toml, or fetched anew with npm (`--fetch`)."""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
VENDOR = ROOT / "static" / "vendor"
LOCK = VENDOR / "vendor.toml"
SPRITE = ROOT / "static" / "icons.svg"
NOTICE = ROOT / "THIRD_PARTY.md"


def main() -> int:
    """Check (the default) or fetch; the exit code is 1 when a file drifted from the lock."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="re-hash every file (the default)")
    parser.add_argument("--fetch", action="store_true", help="fetch the pinned packages and write files and lock anew")
    if parser.parse_args().fetch:
        fetch(read_lock())
    problems = check(read_lock())
    print("\n".join(problems) or "every vendored file is as locked")
    return 1 if problems else 0


def read_lock() -> dict[str, Any]:
    """The lock as written."""
    return tomllib.loads(LOCK.read_text(encoding="utf-8"))


def check(lock: dict[str, Any]) -> list[str]:
    """What differs from the lock: altered, missing and unknown files, one sentence each."""
    problems = []
    known = {LOCK}
    for package in lock["package"]:
        for file in package["file"]:
            path = ROOT / file["path"]
            known.add(path)
            if not path.is_file():
                problems.append(f"{file['path']} is missing")
            elif digest(path.read_bytes()) != file["sha512"]:
                problems.append(f"{file['path']} differs from the lock")
    unknown = {path for path in VENDOR.rglob("*") if path.is_file()} - known
    return problems + sorted(f"{path.relative_to(ROOT)} is not in the lock" for path in unknown)


def digest(data: bytes) -> str:
    """SHA-512 as npm and browsers write it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def fetch(lock: dict[str, Any]) -> None:
    """Fetch each package at its pinned version, refuse another integrity, write its files, the sprite and the lock."""
    for package in lock["package"]:
        with tempfile.TemporaryDirectory() as folder:
            archive = pack(package["name"], package["version"], Path(folder))
            found = digest(archive.read_bytes())
            if package.setdefault("integrity", found) != found:
                raise SystemExit(f"{package['name']} {package['version']}: the archive is not the locked one")
            with tarfile.open(archive) as tar:
                for file in package["file"]:
                    data = content(tar, file, package)
                    path = ROOT / file["path"]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                    file["sha512"] = digest(data)
    LOCK.write_text(written_lock(lock), encoding="utf-8")
    NOTICE.write_text(written_notice(lock), encoding="utf-8")


def pack(name: str, version: str, folder: Path) -> Path:
    """Download one package archive with npm into `folder`."""
    subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def content(tar: tarfile.TarFile, file: dict[str, Any], package: dict[str, Any]) -> bytes:
    """The bytes of one locked file: from the archive, drawn (the sprite), or kept (a licence not in the archive)."""
    if file["source"] == "kept":
        return (ROOT / file["path"]).read_bytes()
    if file["source"] == "sprite":
        return sprite(tar, package["icons"])
    data = member(tar, file["source"])
    # source maps are not shipped, so the pointer to them would only make a 404
    return re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", data) if file["path"].endswith(".js") else data


def sprite(tar: tarfile.TarFile, names: list[str]) -> bytes:
    """One SVG with a symbol `i-NAME` per icon, strokes in the current colour."""
    symbols = []
    for name in sorted(names):
        svg = member(tar, f"icons/outline/{name}.svg").decode()
        body = re.sub(r'<path stroke="none"[^>]*/>', "", svg[svg.index(">") + 1 : svg.rindex("</svg>")])
        shapes = re.sub(r"\s+", " ", body).replace("> <", "><").replace(" />", "/>").strip()
        symbols.append(
            f'<symbol id="i-{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
        )
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def member(tar: tarfile.TarFile, path: str) -> bytes:
    """The bytes of `package/path` in an archive."""
    opened = tar.extractfile(f"package/{path}")
    if opened is None:
        raise SystemExit(f"{path} is not in the archive")
    return opened.read()


def written_lock(lock: dict[str, Any]) -> str:
    """The lock as TOML: name, version, licence, archive integrity, files; no address."""
    lines = ["# Third-party front-end files. Written by tools/vendor.py --fetch; checked by tests and `make check`."]
    for package in lock["package"]:
        lines += ["", "[[package]]"]
        lines += [f'{key} = "{package[key]}"' for key in ("name", "version", "licence", "integrity")]
        if "icons" in package:
            lines += ["icons = [", *(f'  "{name}",' for name in sorted(package["icons"])), "]"]
        for file in package["file"]:
            lines += ["[[package.file]]"]
            lines += [f'{key} = "{file[key]}"' for key in ("path", "source", "sha512")]
    return "\n".join(lines) + "\n"


def written_notice(lock: dict[str, Any]) -> str:
    """The notice of what others made: one row per package."""
    rows = [
        "# Third-party front-end files",
        "",
        "Shipped inside the product; written by `tools/vendor.py --fetch` from `static/vendor/vendor.toml`.",
        "",
        "| package | version | licence | files |",
        "| --- | --- | --- | --- |",
    ]
    for package in lock["package"]:
        files = ", ".join(f"`{file['path']}`" for file in package["file"])
        rows.append(f"| {package['name']} | {package['version']} | {package['licence']} | {files} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main())
