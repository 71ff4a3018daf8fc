"""What an opener of a folder may be told, generated."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.generate import CATALOGUE, USERS, fields

IDS = st.integers(0, 30).map(lambda number: f"e {number}")  # few, so that they are sent again
EVENTS = st.lists(st.builds(lambda id, told: {"id": id, **told}, IDS, fields()), max_size=4)
PUTS = st.tuples(st.sampled_from(sorted(CATALOGUE)), st.sampled_from(("sport", "drink", "new")))
ACTION = st.one_of(
    st.tuples(st.just("send"), EVENTS),
    st.tuples(st.just("send"), EVENTS),
    st.tuples(st.just("read"), st.sampled_from(USERS)),
    st.tuples(st.just("decide"), st.sampled_from(USERS)),
    st.tuples(st.just("put"), PUTS),
    st.tuples(st.sampled_from(("keep", "forget")), st.none()),
    st.tuples(st.just("retire"), st.sampled_from((0, 30))),  # older than so many days
)
TURNS = st.lists(st.tuples(st.integers(0, 1), ACTION), max_size=25)  # whose turn it is, to do what
