#!/usr/bin/env python3
"""Keeps the items of a JSON array whose "active" is true: python_filter.py json|orjson INPUT OUTPUT."""
import sys

library, source, target = sys.argv[1:]
if library == "orjson":
    import orjson

    with open(source, "rb") as file:
        items = orjson.loads(file.read())
    with open(target, "wb") as file:
        file.write(orjson.dumps([item for item in items if item.get("active")]))
else:
    import json

    with open(source, encoding="utf-8") as file:
        items = json.load(file)
    with open(target, "w", encoding="utf-8") as file:
        json.dump([item for item in items if item.get("active")], file)
