"""Exact words for a hard talk: by how far things have gone and by age; nothing in them blames anybody."""

from collections.abc import Mapping
from typing import Literal

from screener.rules import Stage
from screener.web.tongue import later

Band = Literal["6-9", "10-12", "13-15", "16-17", "18+"]
"""The ages of presets.py."""

TO_A_CHILD: Mapping[Stage, Mapping[Band, tuple[str, ...]]] = {
    "approach": {
        "6-9": (
            later("“You are not in trouble. Somebody new wants to talk to you. Shall we look at it together?”"),
            later("“If we don’t know somebody from real life, we don’t have to answer. Come and show me.”"),
        ),
        "10-12": (
            later("“You are not in trouble. Somebody new wants to be in touch with you. Do you know them?”"),
            later("“If you have never met them, you can just leave it. No answer is fine.”"),
        ),
        "13-15": (
            later("“You are not in trouble. I saw that somebody new got in touch. Do you know them from real life?”"),
            later("“If not, you owe them no answer. You can always ask me what I think.”"),
        ),
        "16-17": (
            later(
                "“You are not in trouble, and it is your choice. May I ask: do you know this person from somewhere?”"
            ),
            later("“Shall we look at the profile together? How old is the account, and whom do you both know?”"),
        ),
    },
    "befriend": {
        "6-9": (
            later("“You are not in trouble. Who is it that you chat with? Tell me about them.”"),
            later("“Somebody on a screen can be anybody. We only chat with people we have met.”"),
        ),
        "10-12": (
            later("“You are not in trouble. How did you two get to know each other? Have you ever met?”"),
            later("“Do they ask about our home, your school or your friends? Those things we keep to ourselves.”"),
        ),
        "13-15": (
            later("“You are not in trouble. Somebody new writes to you a lot. How did you get to know each other?”"),
            later("“Pictures can be anybody’s. What do you know of them that you could check?”"),
        ),
        "16-17": (
            later("“You are not in trouble. You know your people better than I do. What makes you sure of this one?”"),
            later("“Somebody honest does not mind being asked, and can wait a day for an answer.”"),
        ),
    },
    "isolate": {
        "6-9": (
            later(
                "“You are not in trouble. If somebody says ‘don’t tell your parents’, come to me. I won’t be angry.”"
            ),
            later("“We keep the camera off. If somebody asks for a picture, come and get me.”"),
        ),
        "10-12": (
            later(
                "“You are not in trouble. Did somebody ask you to keep a secret, change the app or turn on the camera?”"
            ),
            later("“If so, this is the moment to come to me. I won’t be angry, whatever you have answered.”"),
        ),
        "13-15": (
            later("“You are not in trouble. Has somebody asked you for a secret, for another app, or for the camera?”"),
            later("“Whatever you have said or sent, we can deal with it. There is nothing you can’t tell me.”"),
        ),
        "16-17": (
            later("“You are not in trouble. I won’t take your phone. Has somebody asked you to keep them a secret?”"),
            later("“If a picture was sent, there are people who deal with that every day. We decide together.”"),
        ),
    },
    "pressure": {
        "6-9": (
            later("“You are not in trouble. I am on your side, and I will take care of this.”"),
            later("“We won’t answer that person any more. I will get help.”"),
            later("“You can tell me all of it, or only a little. I won’t be angry.”"),
        ),
        "10-12": (
            later("“You are not in trouble. I am not angry. Somebody played a mean trick on you.”"),
            later("“We won’t answer and we won’t pay. There are people who know how to stop this.”"),
            later("“You don’t have to show me everything. Tell me what you can.”"),
        ),
        "13-15": (
            later("“You are not in trouble. I am not angry. Somebody did this to you, and it ends.”"),
            later("“It happens to many people. We will sort this out together.”"),
            later("“You don’t have to show me everything. Tell me what you can.”"),
        ),
        "16-17": (
            later("“You are not in trouble, and this is not your fault. People do this for a living.”"),
            later("“We don’t pay and we don’t answer. If a picture gets out, it can be taken down.”"),
            later("“Do you feel safe tonight? If not, wake me. I always want to know.”"),
        ),
    },
}

TO_OTHERS: Mapping[Stage, tuple[str, ...]] = {
    "approach": (later("To the contact, if you want to answer at all: “Where do we know each other from?”"),),
    "befriend": (
        later("To somebody you trust: “Somebody new writes to me a lot. May I tell you, and you say how it sounds?”"),
    ),
    "isolate": (
        later("To the contact: “I stay on this platform, and my camera stays off.”"),
        later("To somebody you trust: “Somebody wants me to keep our chat a secret. What do you think?”"),
    ),
    "pressure": (
        later("To somebody you trust: “Somebody is threatening me online. I need you to sit with me for an hour.”"),
        later("To the police: “I am being blackmailed online. I have kept the messages and the account’s id.”"),
    ),
}
"""What an adult can say who reads about themselves."""

TO_A_PARENT: Mapping[Stage, tuple[str, ...]] = {
    "approach": (later("“Somebody I don’t know wrote to me. Can you look at it with me?”"),),
    "befriend": (later("“Somebody writes to me a lot, and I am not sure about it. Can I tell you about it?”"),),
    "isolate": (
        later("“Somebody wants me to keep a secret, and I don’t feel good about it. Please just listen first.”"),
    ),
    "pressure": (
        later("“Somebody is threatening me online. I need your help, and please don’t be angry.”"),
        later("“I can’t say it out loud. Please read this page with me.”"),
    ),
}
"""What a young person can say who reads about themselves."""
