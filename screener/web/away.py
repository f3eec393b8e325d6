"""Reading away from home: the worker that a browser keeps where somebody switched that on, and its last resort."""

import contextlib
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from screener.web.door import Door, LogInFirst
from screener.web.page import HERE, Pages

# "storage" takes the kept pages and the worker itself away, "cache" whatever else the browser put aside.
NOTHING_STAYS = '"cache", "storage"'


@dataclass(frozen=True, kw_only=True)
class Away:
    """See the module. Pages are kept by the browser alone, and only on a device where its user asked for it."""

    door: Door
    pages: Pages

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/sw.js", self.worker, methods=["GET"])
        router.add_api_route("/push/worker.js", self.teller, methods=["GET"])
        router.add_api_route("/offline", self.nothing_kept, methods=["GET"])
        return router

    async def worker(self) -> Response:
        # It lies on top, since a worker rules only what lies below it.
        return FileResponse(HERE / "static" / "worker.js", media_type="text/javascript")

    async def teller(self) -> Response:
        """The worker that shows notices. It lies below nothing that is a page, so it keeps none."""
        return FileResponse(HERE / "static" / "push-worker.js", media_type="text/javascript")

    async def nothing_kept(self, request: Request) -> Response:
        """Says nothing of the family: whoever opens the browser may read it."""
        with contextlib.suppress(LogInFirst):
            await self.door.visit(request)
        return self.pages.show("offline.html", {})


def leaving(answer: Response) -> Response:
    """The answer to somebody who logs out: nothing that was kept stays on the device."""
    answer.headers["Clear-Site-Data"] = NOTHING_STAYS
    return answer
