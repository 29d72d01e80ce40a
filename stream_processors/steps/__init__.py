"""Pure steps, one verb a file: state is passed in and returned; no Kafka, no database."""
