"""Build hook: the distribution's dependencies are the lines of requirements.in, written once."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class CustomMetadataHook(MetadataHookInterface):
    """Reads requirements.in; comments and the two build tools stay out."""

    def update(self, metadata):
        lines = (Path(self.root) / "requirements.in").read_text(encoding="utf-8").splitlines()
        wanted = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        metadata["dependencies"] = [line for line in wanted if line not in ("hatchling", "editables")]
