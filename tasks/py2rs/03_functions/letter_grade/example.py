"""Turn an examination score into a letter."""


def letter_grade(score: int) -> str:
    """Return A to F for a score of up to 100 points."""
    return (
        "A" if score >= 90
        else "B" if score >= 80
        else "C" if score >= 65
        else "D" if score >= 50
        else "F"
    )
