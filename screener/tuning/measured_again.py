"""Which facts can be measured again from what is kept, and which only the moment itself could tell."""

from screener.rules import WORDS_OF_THE_MOMENT, Rule

NOT_AGAIN = frozenset(
    {
        # Nothing is kept of who else was around at that moment.
        "contact.back_after_refusal",
        "contact.clone_of_known",
        "contact.handle_elsewhere",
        "contact.mutual_friends_gained",
        "contact.picture_elsewhere",
        "member.alarmed_days",
        "member.night_times",
        "member.people_times",
        "member.volume_times",
        "message.friends_named",
        "relationship.share_of_week",
        "request.family_asked",
        "request.in_burst",
        "request.in_sweep",
        "request.of_kind",
        # Nothing is kept of an event but that it happened, when, and the words of strangers.
        "call.video",
        "member.hours_since_media",
        "member.sent_media",
        "message.has_media",
        "message.pending",
        "relationship.hours_since_video_call",
        "relationship.video_calls",
        "request.note_says",
        # Meaning is heard as it happens.
        "contact.has_meant",
        "message.means",
        "relationship.danger",
        "relationship.danger_at_once",
        "relationship.drift",
        "relationship.leaning",
    }
)
OF_WORDS = frozenset({"message.entities", "message.domains", "message.obfuscated", "contact.has_said",
                      "member.has_said", "contact.lately", "member.lately", "contact.said_before", "reply.to",
                      "relationship.messages_before_ask", "call.after_refusal"}) | WORDS_OF_THE_MOMENT  # fmt: skip
"""Measured from words: known again only where these are still kept."""


def is_out_of_reach(rule: Rule, *, words_kept: bool) -> bool:
    """Whether it can't be found out again if the rule held."""
    asked = {condition.fact for condition in rule.conditions}
    return bool(asked & NOT_AGAIN) or (not words_kept and bool(asked & OF_WORDS))
