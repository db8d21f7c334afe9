"""What can be wrong with a process template: where it is, and how to mend it."""

from collections.abc import Sequence
from typing import ClassVar, Final

from app.kit.errors import Invalid, Words
from app.kit.i18n import N_

_TOLD: Final = 10


class TemplateFault(Invalid):
    """Something in the template is wrong

    `field` is where in the body: `stages.2.fields.0.unit`, counted from nought. `stage` and
    `name` say the same as people call it, and are empty for what is about the whole.
    """

    code: ClassVar[str] = "diary.template_fault"

    def __init__(self, *, field: str, stage: str, name: str) -> None:
        self.field = field
        self.stage = stage
        self.name = name

    def explain(self, words: Words) -> str:
        place = N_("Stage “{stage}”, field “{name}”") if self.name else N_("Stage “{stage}”")
        told = self.told(words)
        if not self.stage:
            return told
        where = words.gettext(place).format(stage=self.stage, name=self.name)
        return f"{where}: {told}"

    def told(self, words: Words) -> str:
        """Return what is wrong without its place, for who sees it beside the field."""
        return super().explain(words)


class TemplateShape(TemplateFault):
    """A part of the template is missing, unknown or of another type"""

    code: ClassVar[str] = "diary.template_shape"
    detail: ClassVar[str] = N_("“{path}” is not what belongs there. Compare with an export.")

    def __init__(self, *, field: str, stage: str, name: str) -> None:
        super().__init__(field=field, stage=stage, name=name)
        self.path = field[:80]


class TemplateText(TemplateFault):
    """A text of the template can't be kept"""

    code: ClassVar[str] = "diary.template_text"
    detail: ClassVar[str] = N_("Write 1 to {limit} characters that can be seen, in one line.")

    def __init__(self, *, field: str, stage: str, name: str, limit: int) -> None:
        super().__init__(field=field, stage=stage, name=name)
        self.limit = limit


class TemplateCode(TemplateFault):
    """A code can't be used"""

    code: ClassVar[str] = "diary.template_code"
    detail: ClassVar[str] = N_(
        "“{written}” may have small letters without diacritics, digits and “{mark}” only, and "
        "begins with a letter. Left empty it is made from the name."
    )

    def __init__(self, *, field: str, stage: str, name: str, written: str, mark: str) -> None:
        super().__init__(field=field, stage=stage, name=name)
        self.written = written[:60]
        self.mark = mark


class TemplateTwice(TemplateFault):
    """A name or a code stands twice"""

    code: ClassVar[str] = "diary.template_twice"
    detail: ClassVar[str] = N_("“{written}” stands twice. Name one of the two otherwise.")

    def __init__(self, *, field: str, stage: str, name: str, written: str) -> None:
        super().__init__(field=field, stage=stage, name=name)
        self.written = written[:60]


class TemplateChoice(TemplateFault):
    """Not one of the values allowed"""

    code: ClassVar[str] = "diary.template_choice"
    detail: ClassVar[str] = N_("“{written}” is none of: {allowed}.")

    def __init__(self, *, field: str, stage: str, name: str, written: str, allowed: str) -> None:
        super().__init__(field=field, stage=stage, name=name)
        self.written = written[:40]
        self.allowed = allowed


class TemplateNumber(TemplateFault):
    """A number of the template is out of its bounds"""

    code: ClassVar[str] = "diary.template_number"
    detail: ClassVar[str] = N_("Write a number from {least} to {most}.")

    def __init__(self, *, field: str, stage: str, name: str, least: int, most: int) -> None:
        super().__init__(field=field, stage=stage, name=name)
        self.least = least
        self.most = most


class TemplateCount(TemplateFault):
    """There are too few or too many of them"""

    code: ClassVar[str] = "diary.template_count"
    detail: ClassVar[str] = N_("There are {count}; from {least} to {most} are taken.")

    def __init__(
        self, *, field: str, stage: str, name: str, count: int, least: int, most: int
    ) -> None:
        super().__init__(field=field, stage=stage, name=name)
        self.count = count
        self.least = least
        self.most = most


class TooMuchRequired(TemplateFault):
    """Too much is required of one entry"""

    code: ClassVar[str] = "diary.template_required"
    detail: ClassVar[str] = N_(
        "{count} fields are required, and {most} are what somebody fills in on a phone in the "
        "field. Leave the rest to be given where they are known."
    )

    def __init__(self, *, field: str, stage: str, name: str, count: int, most: int) -> None:
        super().__init__(field=field, stage=stage, name=name)
        self.count = count
        self.most = most


class NotOfThisKind(TemplateFault):
    """The kind chosen does not have that"""

    code: ClassVar[str] = "diary.template_kind"
    detail: ClassVar[str] = N_(
        "A unit, a tally, least and most belong to a number, choices to a choice; withdrawal days "
        "belong to a treatment, and a test that is demanded to sampling. Empty it, or choose the "
        "other kind."
    )


class NoSuchMeaning(TemplateFault):
    """The field's code has a meaning of its own"""

    code: ClassVar[str] = "diary.template_meaning"
    detail: ClassVar[str] = N_(
        "“quantity” and “withdrawal_days” are numbers, and “unit” comes with the quantity by "
        "itself. Choose another code, or make it a number."
    )


class LimitsCrossed(TemplateFault):
    """The least is more than the most"""

    code: ClassVar[str] = "diary.template_limits"
    detail: ClassVar[str] = N_("Exchange the two.")


class NoChoices(TemplateFault):
    """There is nothing to choose from"""

    code: ClassVar[str] = "diary.template_no_choices"
    detail: ClassVar[str] = N_("Write what can be chosen, or ask for a text instead.")


class ChoiceParted(TemplateFault):
    """A choice has a sign that parts choices"""

    code: ClassVar[str] = "diary.template_parted"
    detail: ClassVar[str] = N_("“|” and “=” stand between a choice and its other names only.")


class TemplateWrong(Invalid):
    """The template can't be kept like this"""

    code: ClassVar[str] = "diary.template_wrong"

    def __init__(self, faults: Sequence[TemplateFault]) -> None:
        self.faults = faults
        self.field = faults[0].field

    def explain(self, words: Words) -> str:
        """Return what is wrong, each with its place and how to mend it."""
        return " ".join(fault.explain(words) for fault in self.faults[:_TOLD])
