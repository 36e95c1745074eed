"""The templates' surroundings: everything is escaped, and what is missing is an error."""

from __future__ import annotations

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from countenance.entrypoints.pages import duties, words
from countenance.entrypoints.pages.assets import Assets
from countenance.entrypoints.pages.prose import prose

PAGES = "countenance.entrypoints.pages"


def page_environment(assets: Assets, *packages: str) -> Environment:
    """Return the environment of the templates of `packages` and of those that all pages share.

    A package keeps its templates in `templates`; `layout.html` and `pieces.html` are shared.
    In a template `asset("pages.css")` is the address of a file, and the filters are the
    functions of `words`.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in (*packages, PAGES)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
    )
    environment.globals["asset"] = assets.url
    environment.filters.update(words.FILTERS)
    environment.filters.update(duties=duties.duties_of, duties_foreseen=duties.duties_foreseen, prose=prose)
    return environment
