"""Reads a YAML file that a person wrote, and names every mistake in it by its line."""

import difflib
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from screener.errors import Mistake

MAX_BYTES = 256 * 1024

# What is wrong with a value, for people who don't know the words of programs.
_WRONG = {
    "missing": "this is missing",
    "int_type": "this should be a whole number",
    "int_parsing": "this should be a whole number",
    "int_from_float": "this should be a whole number",
    "float_type": "this should be a number",
    "float_parsing": "this should be a number",
    "string_type": "this should be text; put quotes around it",
    "tuple_type": "this should be a list",
    "list_type": "this should be a list",
    "dict_type": "this should hold names with values",
    "model_type": "this should hold names with values",
}


def read[M: BaseModel](path: Path, model: type[M], *, most: int = MAX_BYTES, see: str = "") -> M:
    """What the file says, as `model`. Raises Mistake with one line a mistake: *where: what. mend*.

    `see` names what to look at when no better mend is known.
    """
    text = _text(path, most)
    try:
        node = yaml.compose(text, yaml.CSafeLoader)
        document = yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as why:
        mark = getattr(why, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise Mistake(
            f"{path}:{line}: this is not YAML. Check the spaces and quotes on this line and the one above."
        ) from None
    except RecursionError:
        raise Mistake(f"{path}:1: this is nested too deep. Look for a row of brackets.") from None
    except ValueError as why:
        raise Mistake(f"{path}:1: a value can't be understood ({why}). Put quotes around dates and numbers.") from None
    try:
        return model.model_validate({} if document is None else document)
    except ValidationError as why:
        mistakes = (
            f"{path}:{line_of(node, error['loc'])}: {_sentence(error, model, see)}"
            for error in why.errors(include_url=False)
        )
        raise Mistake("\n".join(dict.fromkeys(mistakes))) from None


def _text(path: Path, most: int) -> str:
    try:
        if path.stat().st_size > most:
            raise Mistake(f"{path}: this is larger than {most // 1024} KB. Look for pasted text, or split it.")
        return path.read_text(encoding="utf-8")
    except OSError as why:
        raise Mistake(
            f"{path}: it can't be read ({why.strerror}). Check that the file is there and is yours."
        ) from None
    except UnicodeDecodeError:
        raise Mistake(f"{path}: this is not a text file in UTF-8. Save it as UTF-8.") from None


def line_of(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """The line (from 1) on which the thing at `loc` stands, as near as the file allows."""
    line = 1
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, node = key.start_mark.line + 1, value
                    break
            else:
                return line
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def _sentence(error: Any, model: type[BaseModel], see: str) -> str:
    where = ".".join(str(step) for step in error["loc"]) or "the file"
    mend = f"See {see}." if see else "Correct it."
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), _names(model), 1)
        return f'"{where}" is not known here. ' + (f'Did you mean "{near[0]}"?' if near else mend)
    message = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if error["type"] == "value_error":
        return f"{where}: {message}"
    wrong = _WRONG.get(error["type"]) or f"{message[:1].lower()}{message[1:]}"
    return f"{where}: {wrong}. {mend}"


def _names(model: type[BaseModel]) -> list[str]:
    """Every key that the model and the models in it know."""
    names, waiting, seen = [], [model], set[type[BaseModel]]()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for name, field in current.model_fields.items():
            names.append(field.alias or name)
            waiting += _models(field.annotation)
    return names


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [kind for inner in getattr(annotation, "__args__", ()) for kind in _models(inner)]
