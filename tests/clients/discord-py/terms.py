"""Writes JSON documents as Erlang terms, with a library that has nothing to do with ours.

A document a line on standard input; a term a line on standard output, in hexadecimal digits.
"""

import json
import sys
from typing import Any

from erlang import OtpErlangAtom, OtpErlangBinary, term_to_binary

WORDS = {None: b"nil", True: b"true", False: b"false"}


def term(value: Any) -> Any:
    """The value as Discord's servers write it: keys and texts are binaries, true and null are atoms."""
    if value is None or isinstance(value, bool):
        return OtpErlangAtom(WORDS[value])
    if isinstance(value, str):
        return OtpErlangBinary(value.encode())
    if isinstance(value, dict):
        return {OtpErlangBinary(key.encode()): term(inner) for key, inner in value.items()}
    return [term(inner) for inner in value] if isinstance(value, list) else value


for line in sys.stdin:
    print(term_to_binary(term(json.loads(line))).hex())
