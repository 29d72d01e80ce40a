"""The composition root: the command, the local stack, migrations, city packs."""
