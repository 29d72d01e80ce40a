"""One reading's way: where it lies in Kafka, what it gave, and what came of that."""
