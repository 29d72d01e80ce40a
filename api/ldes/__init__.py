"""What is published, as Linked Data Event Streams: members, pages, and the tree over them."""
