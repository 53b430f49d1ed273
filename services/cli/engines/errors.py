"""What can go wrong with an engine, said to the person at the terminal."""


class EngineError(Exception):
    """An engine could not be started; the message is a sentence that says what to do."""
