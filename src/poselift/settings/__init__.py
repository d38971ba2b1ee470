"""Settings: everything that may be chosen, typed, checked when it is made, and frozen from then on.

A class of settings is a `Settings` whose docstring says in its Attributes what each one means; `poselift recipe`
shows that text. There is no other way to check settings in this package.
"""

from poselift.settings.base import FilePath, NotNegative, Probability, Range, Settings
from poselift.settings.choice import OneOf
from poselift.settings.described import Setting, all_settings

__all__ = ["FilePath", "NotNegative", "OneOf", "Probability", "Range", "Setting", "Settings", "all_settings"]
