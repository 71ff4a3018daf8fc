"""WSGI: every request is an event. Run with any server, such as: gunicorn wsgi_app:app"""

import penchant
from penchant.capture.hooks import WSGIMiddleware

recorder = penchant.Recorder("taste")


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


app = WSGIMiddleware(
    hello,
    recorder,
    user=lambda environ: environ.get("REMOTE_USER") or environ.get("HTTP_X_CUSTOMER"),
    item=lambda environ: environ["PATH_INFO"].split("/")[1],  # /tea/pots and /tea/cups: tea
)
