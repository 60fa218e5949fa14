"""Gives an ASGI app a message that has been received before it."""

from starlette.types import Message, Receive


def replay(message: Message, receive: Receive) -> Receive:
    """A `receive` that gives `message` first, then what `receive` gives."""
    is_given = False

    async def replayed() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return message

    return replayed
