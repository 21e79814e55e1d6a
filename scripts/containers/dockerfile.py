"""Reads a Dockerfile for what stands in its stages: as much of the format as this project's files use."""

import json
import re
import shlex
import sys


class Stage:
    def __init__(self, base):
        self.base = base
        self.instructions = []  # (name, text)

    def texts(self, name):
        return [text for known, text in self.instructions if known == name]

    def last(self, name):
        return self.texts(name)[-1]

    @property
    def packages(self):
        """What apt installs."""
        for text in self.texts("RUN"):
            if "apt-get install" in text:
                words = text.split("apt-get install", 1)[1].split("&&")[0].split()
                return [word for word in words if not word.startswith("-")]
        return []

    @property
    def environment(self):
        return dict(pair.split("=", 1) for text in self.texts("ENV") for pair in shlex.split(text))

    @property
    def command(self):
        return json.loads(self.last("CMD"))

    @property
    def health_command(self):
        return json.loads(re.sub(r"^.*?CMD\s+", "", self.last("HEALTHCHECK")))


def stages(path):
    text = "".join(line for line in open(path) if not line.lstrip().startswith("#"))
    text = re.sub(r"\\\n", " ", text)
    result = {}
    stage = None
    for line in filter(str.strip, text.splitlines()):
        name, rest = line.split(None, 1)
        rest = " ".join(rest.split())
        if name == "FROM":
            base, _, stage_name = re.fullmatch(r"(\S+)(\s+AS\s+(\S+))?", rest).groups()
            stage = result[stage_name] = Stage(base)
        else:
            stage.instructions.append((name, rest))
    return result


if __name__ == "__main__":
    build, runtime = (stages("Dockerfile")[name] for name in ["build", "runtime"])
    if sys.argv[1] == "packages":
        print(" ".join(sorted(runtime.packages)))
    elif sys.argv[1] == "sources":
        print(" ".join(text.split()[0] for text in build.texts("COPY")))
    else:
        print(re.fullmatch(r"debian:(\w+)-slim", runtime.base)[1])
