"""What may be asked over HTTP. Answers are the engine's own dataclasses; only questions need checking."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from embed.index import Filter
from embed.structure.report import Level, ReportKind, Role
from service.similar import LONGEST_TEXT, MOST_RESULTS, GroupBy, SimilarQuery

__all__ = ["CheckRequest", "CompareRequest", "FilterFields", "SimilarRequest"]

Code = Annotated[str, StringConstraints(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9})$")]
ReportId = Annotated[str, StringConstraints(pattern=r"^r[0-9a-f]{15}$")]
PassageId = Annotated[str, StringConstraints(pattern=r"^r[0-9a-f]{15}\.[0-9]{3,6}$")]
Year = Annotated[int, Field(ge=1949, le=2199)]


class Strict(BaseModel):
    """Unknown fields are refused: a typo must not pass in silence."""

    model_config = ConfigDict(extra="forbid")


class FilterFields(Strict):
    """Which passages may be found. A passage is kept when every field that is set keeps it."""

    regions: list[Code] = Field(default=[], max_length=500, description="Division codes; places below are included.")
    exclude_regions: list[Code] = Field(default=[], max_length=500, description="Division codes to leave out.")
    year_from: Year | None = Field(default=None, description="First year reported on.")
    year_to: Year | None = Field(default=None, description="Last year reported on.")
    roles: list[Role] = Field(default=[], description="Roles of passages.")
    levels: list[Level] = Field(default=[], description="Levels of the reporting organ.")
    kinds: list[ReportKind] = Field(default=[], description="Kinds of document.")
    outline: list[Annotated[str, StringConstraints(pattern=r"^([1-9]|[12][0-9]|3[0-5]|S[1-6])$")]] = Field(
        default=[], max_length=41, description="Items of the official outline, 1 … 35, S1 … S6.", examples=[["20"]]
    )
    departments: list[Annotated[str, StringConstraints(min_length=1, max_length=60)]] = Field(
        default=[], max_length=100, description="Departments by name, without their place.", examples=[["生态环境局"]]
    )
    reports: list[ReportId] = Field(default=[], max_length=1000, description="Only these reports.")
    exclude_reports: list[ReportId] = Field(default=[], max_length=1000, description="Not these reports.")
    include_duplicates: bool = Field(default=False, description="Also reports that repeat another one.")
    include_other_kinds: bool = Field(default=False, description="Also plans, news and other documents.")

    def to_filter(self) -> Filter:
        return Filter.parse({name: getattr(self, name) for name in FilterFields.model_fields})


class DistinctiveQuery(FilterFields):
    """What is looked for, and among which passages."""

    report: str | None = Field(default=None, max_length=40, description="Only this report's passages.")
    k: int = Field(default=50, ge=1, le=1000, description="How many.")


class SimilarRequest(Strict):
    """One question: exactly one of `text` and `passage`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"text": "多元化解矛盾纠纷，人民调解", "k": 5, "group_by": "county", "where": {"roles": ["measure"]}},
                {"text": "Who resolved disputes through people's mediation?", "k": 3},
                {"passage": "r6657645b8ea30b7.003", "exclude_same_report": True},
            ]
        },
    )

    text: str | None = Field(
        default=None,
        max_length=LONGEST_TEXT,
        description="Chinese (either script) or English, of any length. What stands in “…” must occur in every hit.",
    )
    passage: PassageId | None = Field(default=None, description="A passage of the store.")
    k: int = Field(default=10, ge=1, le=MOST_RESULTS, description="How many hits, or groups with `group_by`.")
    where: FilterFields | None = Field(default=None, description="Which passages may be found.")
    group_by: GroupBy = Field(default=GroupBy.NONE, description="The best hits of each group come back.")
    per_group: int = Field(default=1, ge=1, le=100, description="Hits of each group.")
    exclude_same_report: bool = Field(default=False, description="Not the report that `passage` stands in.")
    exclude_own_region: bool = Field(default=False, description="Not the place that `passage` comes from.")
    exclude_subordinates: bool = Field(default=False, description="Not the places below that one.")
    same_level_only: bool = Field(default=False, description="Only reports of the asking passage's level.")
    diversity: float = Field(default=0.0, ge=0, le=1, description="Higher puts off hits that repeat a better one.")
    collapse_copies: bool = Field(default=True, description="Near copies are folded into one hit.")
    roles: list[Role] | None = Field(default=None, description="Preferred roles; none: taken from the question.")
    cursor: str | None = Field(default=None, max_length=2000, description="`cursor` of the answer before.")
    explain: bool = Field(default=True, description="Say which words and clauses carried each hit, and align copies.")

    @model_validator(mode="after")
    def _one_question(self) -> SimilarRequest:
        if (self.text is None) == (self.passage is None):
            raise ValueError("exactly one of `text` and `passage` was expected")
        return self

    def to_query(self) -> SimilarQuery:
        given = {name: getattr(self, name) for name in type(self).model_fields if name not in ("where", "roles")}
        where = self.where.to_filter() if self.where is not None else None
        return SimilarQuery(**given, where=where, roles=None if self.roles is None else tuple(self.roles))


class BatchLine(SimilarRequest):
    """One line of a batch: a question with an id of the asker's own."""

    id: str = Field(max_length=200, description="Comes back with the answer.")

    def to_query(self) -> SimilarQuery:
        return SimilarRequest.model_construct(**self.model_dump(exclude={"id", "where"}), where=self.where).to_query()


class CompareRequest(Strict):
    """Two reports, or two passages."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"a": "r6657645b8ea30b7", "b": "rf9cc09109dbea40"}]}
    )

    a: ReportId | PassageId = Field(description="A report's or passage's id.")
    b: ReportId | PassageId = Field(description="Another one of the same sort.")


class CheckRequest(Strict):
    """A draft to be checked. Nothing of it is stored or logged."""

    text: str = Field(min_length=1, max_length=2_000_000, description="The draft.")
    k: int = Field(default=3, ge=1, le=50, description="Similar passages for each part.")


class CorrectionRequest(Strict):
    """A correction of a report's metadata; it survives a re-index. Fields that are left out stay."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"fields": {"year": 2024}, "why": "封面写明2024年度"}]}
    )

    fields: dict[
        Literal["year", "title", "level", "department", "issuer", "region", "published", "doc_number", "kind", "url"],
        str | int | None,
    ] = Field(min_length=1, description="Field → value. A region is given by its division code.")
    why: str = Field(min_length=1, max_length=500, description="The reason, kept with the correction.")


class EmbeddingsRequest(BaseModel):
    """As the OpenAI API has it; fields that make no difference here are passed over."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": "multilingual-e5-small", "input": ["query: 人民调解"]}]}
    )

    input: (
        Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
        | Annotated[
            list[Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]],
            Field(min_length=1, max_length=256),
        ]
    ) = Field(description="One text or up to 256. `query: ` and `passage: ` in front choose the side.")
    model: str = Field(max_length=200, description="The served model's name; see /v1/models.")
    encoding_format: Literal["float", "base64"] = Field(default="float", description="Form of the vectors.")
    dimensions: int | None = Field(default=None, ge=1, description="Only the model's own number is possible.")
    user: str | None = Field(default=None, max_length=200, description="Not used.")


class JobRequest(Strict):
    """Long work to start. `report` takes a role, filters and formats; the others take nothing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "recluster"}, {"kind": "report", "formats": ["html", "xlsx"]}]},
    )

    kind: Literal["reindex", "recluster", "report"] = Field(description="What to do.")
    formats: list[Literal["html", "md", "docx", "xlsx", "json"]] = Field(default=["html"], min_length=1, max_length=5)
    where: FilterFields | None = Field(default=None, description="Which reports the cluster report is about.")
    lang: Literal["zh", "en"] = Field(default="zh", description="Language of the cluster report.")


class RenameRequest(Strict):
    """A cluster's new name, or that it is kept as it is."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)] | None = Field(
        default=None, description="The new name."
    )
    pinned: bool | None = Field(default=None, description="Keep this cluster together whatever is indexed later.")


class MergeRequest(Strict):
    """Clusters that say one thing."""

    clusters: list[Annotated[str, StringConstraints(min_length=1, max_length=40)]] = Field(
        min_length=2, max_length=50, description="Ids; the first one keeps its id and name."
    )


class SplitRequest(Strict):
    """Passages that do not belong to the rest of their cluster."""

    passages: list[PassageId] = Field(
        min_length=1, max_length=10_000, description="These become a cluster of their own."
    )
