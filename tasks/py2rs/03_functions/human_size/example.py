"""File sizes for people."""

KIB = 1024
MIB = KIB * 1024
GIB = MIB * 1024


def human_size(size: int) -> str:
    """Write a number of bytes in the largest unit that it fills."""
    return (
        f"{size} B"
        if size < KIB
        else f"{size / KIB:.1f} KiB"
        if size < MIB
        else f"{size / MIB:.2f} MiB"
        if size < GIB
        else f"{size / GIB:.3f} GiB"
    )
