"""The tree over a feed."""

from api.feeds.tree import NODE, PAGE, Span


def test_page_and_node_know_when_they_are_full() -> None:
    page, node = Span(3, PAGE), Span(2, NODE)

    assert (page.first, page.last) == (201, 300)
    assert (node.first, node.last) == (10_001, 20_000)
    assert not page.is_full(299)
    assert page.is_full(300)
