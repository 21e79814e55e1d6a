#!/usr/bin/env python3
"""Writes a JSON array of made-up objects of about 230 bytes, half of them active: generate.py FILE MEGABYTES.

The same arguments always give the same bytes. The values are of every kind, some with escapes and letters beyond ASCII.
"""
import json
import random
import sys

DISTRICTS = ["Bo", "Kenema", "Kono", "Port Loko", "Thiès", "Saint-Louis", "Vientiane", "ຫຼວງພະບາງ", "Área Norte"]
KINDS = ["clinic", "hospital", "health post", "dispensary"]


def item(number, pick):
    return {
        "id": number,
        "uid": "".join(pick.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789", k=11)),
        "name": f"{pick.choice(KINDS)} \"{pick.randrange(10000)}\"" if number % 16 == 0
        else f"{pick.choice(KINDS)} {pick.randrange(1000000)}",
        "active": number % 2 == 0,
        "district": pick.choice(DISTRICTS),
        "level": pick.randrange(1, 6),
        "position": [round(pick.uniform(-180, 180), 6), round(pick.uniform(-90, 90), 6)],
        "opened": f"{pick.randrange(1950, 2026)}-{pick.randrange(1, 13):02}-01",
        "closed": None,
        "staff": {"doctors": pick.randrange(9), "nurses": pick.randrange(40)},
    }


def main(path, megabytes):
    pick = random.Random(20)
    # Two thousand distinct items, then again with other numbers: the generator should not take minutes.
    patterns = [json.dumps(item(number, pick), ensure_ascii=False) for number in range(2000)]
    tails = [text[text.index(","):] for text in patterns]
    size, number = 1, 0
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("[")
        while size < megabytes * 1000000:
            rows = []
            for tail in tails:
                rows.append(f'{{"id": {number}{tail}')
                number += 1
            text = (", " if size > 1 else "") + ", ".join(rows)
            size += len(text.encode())
            file.write(text)
        file.write("]\n")
    print(f"{path}: {size + 2} bytes, {number} items")


main(sys.argv[1], int(sys.argv[2]))
