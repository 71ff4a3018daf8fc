"""Interactions for tests: a morning of taps on capsules."""

from __future__ import annotations

from typing import Any


def taps(count: int = 30, user: str = "user_123", **fields: Any) -> list[dict[str, Any]]:
    """Taps a minute apart from 2026-01-01T09:00Z, two of three on tasks, one on an alert."""
    return [
        {
            "user_id": user,
            "event_id": f"{user}-{number}",
            "event_type": "tap",
            "session_id": "s1",
            "timestamp": f"2026-01-01T{9 + number // 60:02}:{number % 60:02}:00Z",
            "capsule_id": f"capsule_{number % 5}",
            "capsule_type": "alert" if number % 3 == 2 else "task",
            "device_type": "web",
            "duration_ms": 800 + number,
            "success": True,
            **fields,
        }
        for number in range(count)
    ]
