"""`python -m wechat.sandbox --config FILE --port N`: the sandbox as a process of its own."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from wechat.sandbox import config, server


def main() -> None:
    """Read the configuration (JSON) and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m wechat.sandbox", description="A small WeChat on loopback")
    parser.add_argument("--config", type=Path, required=True, help="JSON file with accounts, corps and switches")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    args = parser.parse_args()
    server.serve(config.read(json.loads(args.config.read_text())), args.host, args.port)


if __name__ == "__main__":
    main()
