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


def systemd(texts):
    """All texts at once, since each reader is a process: the variables of each begin with its number."""
    file = "\n".join(
        re.sub(r"(?m)^TALK_", f"TALK_{number}_", text) for number, text in enumerate(texts)
    )
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "environment.d").mkdir()
        (folder / "jwt.env").write_text(file)
        read = sourced(folder / "jwt.env")
        if GENERATOR.exists() and by_systemd(folder, file) != read:
            raise ValueError("systemd reads something else than a shell does")
    variables = [{} for _ in texts]
    for name, value in read.items():
        _, number, name = name.split("_", 2)
        variables[int(number)]["TALK_" + name] = value
    return variables


def by_systemd(folder, file):
    """What systemd's own reader makes of it, which is seen through the generator of users' environments.

    That one puts variables in the place of `$NAME`, as is done in no environment file, and reads `$$` as a dollar.
    """
    (folder / "environment.d" / "jwt.conf").write_text(file.replace("\\$", "\\$\\$"))
    printed = subprocess.run(
        [GENERATOR], env={"XDG_CONFIG_HOME": str(folder)}, capture_output=True, check=True
    )
    variables = {}
    for line in printed.stdout.decode().split("\n"):
        name, _, value = line.partition("=")
        if name.startswith("TALK_"):
            quoted = value.startswith('"')
            variables[name] = re.sub(r"\\(.)", r"\1", value[1:-1]) if quoted else value
    return variables


READERS = {
    "compose": lambda texts: [compose(text) for text in texts],
    "kubernetes": lambda texts: [kubernetes(text) for text in texts],
    "systemd": systemd,
}

if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump({form: READERS[form](texts) for form, texts in asked.items()}, sys.stdout)
