from tests.serve.http.conftest import client, serving

__all__ = ["client", "serving"]
