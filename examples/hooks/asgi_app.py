"""ASGI, here Starlette: every request is an event. Run: uvicorn asgi_app:app"""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

import penchant
from penchant.capture.hooks import ASGIMiddleware

recorder = penchant.Recorder("taste")


def customer(scope):
    """Who it is: here by a header, else from scope["session"], scope["user"], a token, ..."""
    return dict(scope["headers"]).get(b"x-customer", b"").decode() or None


async def show(request):
    return JSONResponse({"sku": request.path_params["sku"]})


app = Starlette(
    routes=[Route("/products/{sku}", show)],
    middleware=[Middleware(ASGIMiddleware, recorder, user=customer, skip=["/health"])],
)
