"""The contracts between the packages: records, profiles, vocabulary, catalogue, database."""
