from tests.io.stores.short_runs import short_runs

__all__ = ["short_runs"]
