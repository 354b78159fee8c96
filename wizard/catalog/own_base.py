"""What all rows of a user's own have in common: their kinds of values, and what they may leave blank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from wizard.catalog.names import nearest
from wizard.errors import CatalogFault
from wizard.i18n import mark

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f=@+][^\x00-\x1f]*$"),
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^([^\x00-\x1f=@+][^\x00-\x1f]*)?$")
]
"""Text without control characters, and not read as a formula by whatever spreadsheet it ends up in."""

Rate = Annotated[float, Field(gt=0, lt=1e7)]
Count = Annotated[int, Field(ge=1, le=10**9)]
Size = Annotated[int, Field(ge=1, le=10**15)]

R = TypeVar("R")


def _listed(value: object) -> object:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[Name, ...], Field(max_length=400), BeforeValidator(_listed)]
"""Several names; in a cell of a table they are parted by semicolons."""


class Own(BaseModel):
    """A row of the user's."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class OwnThing(Own):
    """Something that the catalogue has or that is ``like`` something it has; what is left blank is that thing's."""

    id: Name
    like: Words = ""
    notes: Words = ""

    def given(self) -> dict[str, Any]:
        """Return the columns that the user filled in."""
        return {key: value for key, value in self.model_dump(exclude={"like"}).items() if value not in (None, "", ())}

    def base(self, table: Mapping[str, R], where: str) -> R:
        """Return the row of the catalogue that stands for all that is blank.

        Raises:
            CatalogFault: there is none.
        """
        like = self.like or self.id
        if like not in table:
            if not self.like:
                raise CatalogFault(
                    mark("{id} is new: say which known one it is like"), where=f"{where}, column like",
                    id=repr(self.id), mend=mark("For example: {nearest}."),
                    nearest=" / ".join(nearest(self.id, table)) or next(iter(table)))
            raise unknown(self.like, table, f"{where}, column like")
        return table[like]


def unknown(name: str, known: Iterable[str], where: str) -> CatalogFault:
    """Return the complaint about a name that nothing bears, with the nearest ones."""
    return CatalogFault(
        mark("nothing is called {id}"), where=where, mend=mark("Did you mean {nearest}?"), id=repr(name),
        nearest=" / ".join(nearest(name, known)) or "-",
    )
