"""Reads settings as what takes them does: PyYAML, a shell, and systemd's own reader where there is one.

Standard input is JSON, {"compose": [text, ...], "kubernetes": [...], "systemd": [...]}; so is the answer, with the
variables of each text in the place of the text. Compose's own interpolation is restated here, from its specification.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

GENERATOR = pathlib.Path(
    "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator"
)


def strings(mapping):
    for name, value in mapping.items():
        if not isinstance(value, str):
            raise ValueError(f"{name} is no text")
    return mapping


def interpolate(value):
    """`$$` is a dollar; every other one begins a variable, and none is meant."""

    def one(match):
        if match.group() != "$$":
            raise ValueError("a variable would be put there")
        return "$"

    return re.sub(r"\$\$|\$", one, value)


def compose(text):
    environment = strings(yaml.safe_load(text)["services"]["talk"]["environment"])
    return {name: interpolate(value) for name, value in environment.items()}


def kubernetes(text):
    secret = yaml.safe_load(text)
    if (secret["apiVersion"], secret["kind"], secret["type"]) != ("v1", "Secret", "Opaque"):
        raise ValueError("it is no Secret")
    return strings(secret["stringData"])


def sourced(path):
    """The variables that a shell has once it has read the file."""
    script = 'set -a; . "$1"; exec env -0'
    printed = subprocess.run(
        ["/bin/bash", "-ec", script, "bash", path], env={}, capture_output=True, check=True
    )
    pairs = [line.split("=", 1) for line in printed.stdout.decode().split("\0") if line]
    return {name: value for name, value in pairs if name.startswith("TALK_")}


def systemd(text):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "environment.d").mkdir()
        (folder / "jwt.env").write_text(text)
        read = sourced(folder / "jwt.env")
        if GENERATOR.exists():
            # It puts variables in the place of `$NAME`, as no environment file does, and reads `$$` as a dollar.
            file = folder / "environment.d" / "jwt.conf"
            file.write_text(text.replace("\\$", "\\$\\$"))
            printed = subprocess.run(
                [GENERATOR], env={"XDG_CONFIG_HOME": str(folder)}, capture_output=True, check=True
            )
            own = {}
            for line in printed.stdout.decode().split("\n"):
                name, _, value = line.partition("=")
                if name.startswith("TALK_"):
                    quoted = value.startswith('"')
                    own[name] = re.sub(r"\\(.)", r"\1", value[1:-1]) if quoted else value
            if own != read:
                raise ValueError("systemd reads something else than a shell does")
        return read


READERS = {"compose": compose, "kubernetes": kubernetes, "systemd": systemd}

if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump({form: [READERS[form](text) for text in texts] for form, texts in asked.items()}, sys.stdout)
