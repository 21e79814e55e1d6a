"""compose.yml with its variables filled in, as `docker compose` does it."""

import re

import yaml


def load(path="compose.yml", variables=None):
    variables = variables or {}

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

    return fill(yaml.safe_load(open(path)))
