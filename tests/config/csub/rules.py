"""What csub makes of settings files, by the rules written down in docs/from-csub.md.

Reads a JSON list of texts, prints for each {"stop": true} or {"variables": {…}}.
Python itself, because two of the rules are Python's: where a line ends and what
white space is.
"""

import json
import sys


def meaning(text):
    found = {}
    for line in map(str.strip, text.splitlines()):
        if line[:1] in ("", "#"):
            continue
        left, equals, right = line.partition("=")
        if not equals:
            return {"stop": True}
        value = right.partition("#")[0].strip()
        for quote in "'\"":
            if value[:1] == quote == value[-1:]:
                value = value[1:-1]
                break
        found[left.strip()] = value
    return {"variables": found}


json.dump([meaning(text) for text in json.load(sys.stdin)], sys.stdout)
