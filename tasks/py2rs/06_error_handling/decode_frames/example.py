"""Text messages in checked frames: a length byte, the text in UTF-8, a checksum byte."""


def decode_frames(data: list[int]) -> list[str]:
    """Return the messages in data; the checksum is the sum of length and text, modulo 256."""
    raw = bytes(data)
    messages: list[str] = []
    start = 0
    while start < len(raw):
        end = start + 1 + raw[start]
        if end >= len(raw):
            raise ValueError(f"frame at {start} is cut off")
        if sum(raw[start:end]) % 256 != raw[end]:
            raise ValueError(f"frame at {start} has a wrong checksum")
        messages.append(raw[start + 1 : end].decode("utf-8"))
        start = end + 1
    return messages
