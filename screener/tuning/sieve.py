"""Leaves out what can't come out otherwise: most relationships hold nothing that a change could touch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from screener.folding import fold_whole
from screener.rulebook.lists import Listener
from screener.rules import Rule
from screener.score import resemblance
from screener.tuning.base import Past, Side
from screener.tuning.ways import Way, Ways


def may_differ(group: Sequence[Past], sides: Sequence[Side], ways: Ways) -> bool:
    """Whether any side could say something else of these relationships than the first one does."""
    return any(_may_differ(group, past, sides, ways) for past in group)


def _may_differ(group: Sequence[Past], past: Past, sides: Sequence[Side], ways: Ways) -> bool:
    platform = past.relationship.contact.platform
    first = sides[0].books(past.member, platform)
    base = ways.of(first, first)
    for side in sides[1:]:
        book = side.books(past.member, platform)
        if side.answers.get(past.id):
            return True
        if book is not first and _is_touched(group, past, base, ways.of(first, book)):
            return True
    return False


def _is_touched(group: Sequence[Past], past: Past, base: Way, way: Way) -> bool:
    if way.windows:
        return True
    seen = {signal.rule for each in group for signal in each.signals}
    might = {rule.id for rule in _might_hold(past, base, way)}
    if _hears(past, way.others):
        might |= way.listens
    elif not way.levels and not way.weighs & seen and not might:
        return False
    return any(_may_reach(seen | might, past, each) for each in (base, way))


def _might_hold(past: Past, base: Way, way: Way) -> Iterator[Rule]:
    """The changed rules that might hold somewhere in it, on either side; nothing is measured for this."""
    changed = [each.rules[id] for each in (base, way) for id in way.weighs if id in each.rules]
    heard = _hears(past, way.words) if any(rule.listens for rule in changed) else frozenset[str]()
    for rule in changed:
        happens = any(past.counts.get(kind) for kind in rule.when)
        if happens and (not rule.listens or rule.listens & heard):
            yield rule


def _hears(past: Past, listener: Listener | None) -> frozenset[str]:
    if listener is None:
        return frozenset()
    return frozenset[str]().union(*(listener.heard(fold_whole(text)) for text in past.texts.values() if text))


def _may_reach(rules: Iterable[str], past: Past, way: Way) -> bool:
    """Whether these rules together could reach any level at all, each fresh and with nothing against them."""
    levels, relationship = way.book.levels, past.relationship
    by_stage: defaultdict[str, float] = defaultdict(float)
    for id in rules:
        rule = way.rules.get(id)
        if rule is None:
            continue
        if rule.alone:
            return True
        by_stage[rule.stage] += max(rule.points, 0.0)
    times = resemblance(relationship, levels)
    # A contact whom a parent trusts today may be looked at as if that had not been said.
    own = relationship.known and not relationship.trusted
    times *= levels.strangeness.known if own else max(levels.strangeness.stranger, 1.0)
    weights = [min(weight * times, levels.most_points[stage]) for stage, weight in by_stage.items()]
    points, breadth = sum(weights), sum(weight >= levels.stage_from for weight in weights)
    ways = (levels.look, levels.talk, levels.talk_in_fewer, levels.act)
    return any(points >= level.points and breadth >= level.stages for level in ways)
