"""config.yaml, typed: every setting, with mistakes named by line."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from screener import yamlfile
from screener.family import Family, Member, timezone_named


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MemberSettings(_Strict):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    age: Annotated[int | None, Field(ge=0, le=130)] = None
    role: Literal["parent", "child", "adult"] | None = None
    country: Annotated[str | None, Field(pattern="^[A-Z]{2}$")] = None
    timezone: Annotated[str, AfterValidator(timezone_named)] = "UTC"
    devices: tuple[str, ...] = ()
    accounts: dict[str, tuple[str, ...]] = {}


class FamilySettings(_Strict):
    members: tuple[MemberSettings, ...] = ()


class ProxySection(_Strict):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8787
    spool_megabytes: Annotated[int, Field(ge=1, le=16_384)] = 64


class DashboardSection(_Strict):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8788
    names: tuple[str, ...] = ()


class Config(_Strict):
    family: FamilySettings = FamilySettings()
    proxy: ProxySection = ProxySection()
    dashboard: DashboardSection = DashboardSection()
    rules: str | None = None

    def household(self) -> Family:
        """The family as the judging knows it."""
        return Family(
            members=tuple(
                Member(
                    id=f"member:{m.name}",
                    name=m.name,
                    age=m.age,
                    role=m.role or ("adult" if m.age is not None and m.age >= 18 else "child"),
                    country=m.country,
                    timezone=m.timezone,
                    accounts=m.accounts,
                    devices=m.devices,
                )
                for m in self.family.members
            )
        )


def load(path: Path) -> Config:
    """The settings in a file. Raises Mistake naming every mistake in it, one a line."""
    return yamlfile.read(path, Config, see="config.example.yaml")
