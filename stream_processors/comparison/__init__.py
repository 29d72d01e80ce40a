"""Values beside what came before them, and beside their neighbours': rules that need others."""
