"""The eight business categories, in the order of every probability vector of this project."""

from typing import Final, Literal, get_args

Category = Literal[
    "Access",
    "Administrative rights",
    "HR Support",
    "Hardware",
    "Internal Project",
    "Miscellaneous",
    "Purchase",
    "Storage",
]

CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
