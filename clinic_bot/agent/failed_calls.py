"""How a tool's result says that the call failed: the model reads it, and code asks for it. Pure."""

#: Begins every such result, with a colon or a comma behind it.
ERROR = "Erro"


def failed(result: str) -> bool:
    """Whether it says so; what the clinic's file tells of ``Erros de refração`` does not."""
    return result.startswith((f"{ERROR}: ", f"{ERROR}, "))
