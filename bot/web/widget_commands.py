"""`trialchat widget-snippet` on the command line."""

from __future__ import annotations

import click

from bot.settings import Settings, SettingsError
from bot.web.assets import load_widget
from bot.web.services import trial_number
from bot.web.widget_versions import snippet


@click.command("widget-snippet")
@click.option("--trial", help="The trial to talk about; without one, the chat looks through all.")
@click.option("--locale", help="The language of the chat, such as en or en-GB; without it, the page's own.")
@click.option("--layout", type=click.Choice(["none"]), help="none: no button of its own; your page opens the chat.")
@click.option("--theme", help="light, dark, contrast, or two of them; without it, as the person's device says.")
@click.option("--title", help="The chat's title, in place of ours.")
@click.option("--launcher", help="What the button says, in place of ours.")
@click.option("--site", help="Where people find the site; without it, TRIALCHAT_PUBLIC_URL.")
def widget_snippet(
    trial: str | None, locale: str | None, layout: str | None, theme: str | None, title: str | None, launcher: str | None, site: str | None
) -> None:
    """Print the element that puts the chat on a page of your own, with the hash of this version of the widget.

    What else a page can set is in docs/embedding.md.
    """
    try:
        site_url = site.rstrip("/") if site else Settings.from_environment().site_url
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from None
    data = {"trial": trial_number(trial), "locale": locale, "layout": layout, "theme": theme, "title": title, "launcher": launcher}
    click.echo(snippet(site_url, load_widget(), **data))
    # Beside the element, so that a program can take that alone.
    click.echo(f"A page with a Content-Security-Policy needs in it: script-src {site_url}; connect-src {site_url}", err=True)
