"""Which of the people in a video are wanted."""

from __future__ import annotations

from dataclasses import dataclass

from poselift.errors import RecipeError
from poselift.lookup import checked_name

# name -> "module:function", see the module; imported when used
PERSON_RULES: dict[str, str] = {
    "largest": "poselift.tracking.rules:largest",
    "nearest-center": "poselift.tracking.rules:nearest_center",
    "leftmost": "poselift.tracking.rules:leftmost",
}


@dataclass(frozen=True)
class Who:
    """Whose tracks are wanted: everybody's, unless something is said. Checked when it is made.

    Attributes:
        people: at most so many at once. Those who are largest in the first second in which anybody is seen; and as
            long as they are fewer, or one has not been seen for five seconds, whoever comes next.
        person: one person alone: by a name of `PERSON_RULES`, as chosen in the first second in which anybody is seen,
            or by the id that an earlier run on the same video gave them.

    Raises:
        RecipeError: a number is less than 1, there is no such rule, or both are said.

    >>> Who(people=2), Who(person="leftmost"), Who(person=3) == Who.said(person="3")
    (Who(people=2, person=None), Who(people=None, person='leftmost'), True)
    """

    people: int | None = None
    person: str | int | None = None

    def __post_init__(self) -> None:
        if self.people is not None and self.person is not None:
            raise RecipeError("expected --people or --person, got both", "leave one out")
        for name, number in (("people", self.people), ("person", self.person)):
            if isinstance(number, int) and number < 1:
                raise RecipeError(f"--{name}: expected 1 or more, got {number}", f"leave out --{name} for everybody")
        if isinstance(self.person, str):
            checked_name(PERSON_RULES, self.person, "--person")

    @classmethod
    def said(cls, people: str = "all", person: str | None = None) -> Who:
        """As the command line says it: a number or "all"; an id or a rule.

        Raises:
            RecipeError: `people` is neither; or as for the class.
        """
        if people != "all" and not people.isdecimal():
            raise RecipeError(f"--people: expected a number or all, got {people!r}", "as in --people 2")
        return cls(
            None if people == "all" else int(people),
            int(person) if person is not None and person.isdecimal() else person,
        )


EVERYBODY = Who()
