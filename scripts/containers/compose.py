"""compose.yml with its variables filled in, as `docker compose` does it."""

import re

import yaml


def variables_of(path):
    """The variables of a file such as .env: comments, and lines NAME=value without quotes."""
    lines = [line.strip() for line in open(path)]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def load(path="compose.yml", variables=None, env_file=None):
    """With the variables of the environment, and of a file in the place of .env."""
    variables = {**(variables_of(env_file) if env_file else {}), **(variables or {})}

    def passed(environment):
        """A variable without a value is passed on from outside, or left out."""
        values = {key: variables.get(key) if value is None else value for key, value in environment.items()}
        return {key: value for key, value in values.items() if value is not None}

    def fill(value):
        if isinstance(value, dict):
            return {
                key: fill(passed(member)) if key == "environment" else fill(member) for key, member in value.items()}
        if isinstance(value, list):
            return [fill(element) for element in value]
        if isinstance(value, str):
            return re.sub(
                r"\$\{(\w+):-([^}]*)\}", lambda found: variables.get(found[1]) or found[2], value)
        return value

    document = fill(yaml.safe_load(open(path)))
    for service in document["services"].values():
        if "env_file" in service:
            service["environment"] = {**variables_of(service["env_file"]), **service.get("environment", {})}
    return document
