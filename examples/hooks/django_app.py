"""Django: every request is an event, by its route. Run: gunicorn django_app:application

In a project, the recorder and ``middleware`` have a module of their own, such as shop/recording.py, and
``MIDDLEWARE`` names "shop.recording.middleware" after the middleware that finds out who it is.
"""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

import penchant
from penchant.capture.hooks import DjangoMiddleware

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[f"{__name__}.middleware"],
)
recorder = penchant.Recorder("taste")
# With accounts: user=lambda request: request.user.get_username() or None
middleware = DjangoMiddleware(recorder, user=lambda request: request.headers.get("X-Customer"))


def show(request, sku):
    return HttpResponse(sku)


urlpatterns = [path("products/<slug:sku>/", show)]
application = get_wsgi_application()
