"""Three libraries that others wrote read what a Roblox page would, and print what they understand as one document.

On standard input: `answers`, bodies by address without its query; `frames`, the server's WebSocket messages after the
handshake; `users`, whose profiles to open. ro.py comes twice, because its first edition alone reads friend requests
(and no longer lets anybody answer them: that part of it is broken). pysignalr talks to a server on the loopback.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

import httpx
import pysignalr.client
import ro_py.client
import roblox
from aiohttp import WSMsgType, web

MOST_SECONDS = 20


async def main() -> None:
    given = json.load(sys.stdin)
    answering = httpx.MockTransport(lambda request: answer(given["answers"], request))
    print(json.dumps(await first_edition(answering, given) | await present(answering, given) | await pushed(given)))


def answer(answers: Mapping[str, str], request: httpx.Request) -> httpx.Response:
    body = answers.get(f"{request.method} {request.url.copy_with(query=None)}")
    if body is None:
        return httpx.Response(404, json={"errors": [{"code": 0, "message": "NotFound"}]})
    return httpx.Response(200, text=body, headers={"content-type": "application/json"})


async def first_edition(answering: httpx.MockTransport, given: Mapping[str, Any]) -> dict[str, Any]:
    client = ro_py.client.Client()
    client.requests.session = httpx.AsyncClient(transport=answering)
    requests = await client.get_friend_requests()
    users = [await client.get_user(id) for id in given["users"]]
    return {
        "requests": [described(one) async for one in requests],
        "counts": [[await one.get_friends_count(), await one.get_followings_count()] for one in users],
    }


async def present(answering: httpx.MockTransport, given: Mapping[str, Any]) -> dict[str, Any]:
    client = roblox.Client()
    client.requests.session = httpx.AsyncClient(transport=answering)
    own = await client.get_authenticated_user(expand=False)
    return {
        "own": own.id,
        "users": [described(await client.get_user(id)) for id in given["users"]],
        "named": [[one.id, one.name, one.display_name] for one in await client.get_users(given["users"])],
        "friends": [described(one) for one in await own.get_friends()],
    }


def described(user: Any) -> dict[str, Any]:
    return {
        "id": user.id,
        "handle": user.name,
        "name": user.display_name,
        "bio": user.description,
        "joined": user.created.isoformat(),
    }


async def pushed(given: Mapping[str, Any]) -> dict[str, Any]:
    """What pysignalr hears, and the handshake that it sent."""
    heard: list[Any] = []
    handshake: list[str] = []
    done = asyncio.Event()

    async def negotiate(request: web.Request) -> web.Response:
        return web.json_response({"connectionId": "c-1", "availableTransports": []})

    async def hub(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        message = await socket.receive()
        assert message.type is WSMsgType.TEXT
        handshake.append(message.data)
        await socket.send_str("{}\x1e")
        for frame in given["frames"]:
            await socket.send_str(frame)
        await done.wait()
        return socket

    async def notified(arguments: Any) -> None:
        heard.append(arguments)
        if len(heard) == given["calls"]:
            done.set()

    application = web.Application()
    application.add_routes([web.post("/userhub/negotiate", negotiate), web.get("/userhub", hub)])
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    client = pysignalr.client.SignalRClient(f"http://127.0.0.1:{port}/userhub")
    client.on("notification", notified)
    running = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(MOST_SECONDS):
            await done.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await runner.cleanup()
    return {"heard": heard, "handshake": handshake}


asyncio.run(main())
