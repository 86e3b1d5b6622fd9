"""One step of quicksort: smaller values to the front, in place."""


def partition(values: list[int], pivot: int) -> int:
    """Move what is smaller than pivot to the front and return how many there are."""
    boundary = 0
    for index in range(len(values)):
        if values[index] < pivot:
            values[boundary], values[index] = values[index], values[boundary]
            boundary += 1
    return boundary
