"""What is removed from the rows goes from the publications that are still kept."""

from schemas.publication import pack, unpack
from stream_processors.database import Connection
from stream_processors.statements import statement

_FIND = statement(__package__, "publications_of_removed")
_REWRITE = statement(__package__, "rewrite_publication")


async def unpublish_removed(connection: Connection) -> int:
    """Write the publications of what is in `removed` again without it; return how much that was.

    Whoever has read them before has it still: this is for those who come.
    """
    unpublished = 0
    for row in await connection.fetch(_FIND):
        gone = set(row["sequences"])
        batch = unpack(row["batch"])
        left = [one for one in batch if one.sequence not in gone]
        await connection.execute(_REWRITE, row["first_sequence"], len(left), pack(left))
        unpublished += len(batch) - len(left)
    return unpublished
