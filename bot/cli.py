"""The command line, ``trialchat``. A command's own code is imported when the command is called, so that each starts quickly."""

from __future__ import annotations

import importlib

import click

#: Commands that live with what they do: name → (module, click command in it, one line of help).
COMMANDS: dict[str, tuple[str, str, str]] = {
    "run": ("bot.running.commands", "run", "Start everything; Ctrl-C stops it."),
    "serve": ("bot.running.commands", "serve", "Run as a service does: nothing is made up or trained."),
    "train": ("bot.running.commands", "train", "Train the dialogue model, if what it is made from has changed."),
    "transcript": ("bot.conversations.commands", "transcript", "Print one conversation whole."),
    "accounts": ("bot.accounts.commands", "accounts", "List the console's accounts, and let somebody back in."),
    "misreadings": ("bot.running.misreading_commands", "misreadings", "Export messages that were flagged as misread."),
    "seal": ("bot.seal_commands", "seal", "Make a sealing key; seal everything anew with the newest."),
    "attributes": ("bot.words.commands", "attributes", "List what criteria refer to, and what a screening asks."),
    "words": ("bot.words.commands", "words", "Print every text of a language as one document, for review."),
    "read": ("bot.running.reading_commands", "read", "Read messages from a file as the running chat would."),
    "criteria": ("bot.trials.criteria_commands", "criteria", "Read criteria out of registry texts, explain and review them."),
    "match": ("bot.matching.commands", "match_files", "Match the people of a file with the trials of another."),
    "audit": ("bot.audit.commands", "audit", "Check that nothing in the audit was removed or altered."),
    "retention": ("bot.conversations.retention_commands", "retention", "Erase what has been kept long enough, or say what that is."),
    "backup": ("bot.backup.commands", "backup", "Write everything into one encrypted file."),
    "restore": ("bot.backup.commands", "restore", "Put a backup back."),
    "doctor": ("bot.doctor.commands", "doctor", "Say what is unsafe about this installation, and what to do."),
    "widget-snippet": ("bot.web.widget_commands", "widget_snippet", "Print the line that puts the chat on a page of your own."),
    "trials": ("bot.trials.commands", "trials", "Import, list and check trial records."),
}


class _Lazily(click.Group):
    """Knows its commands by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, _, help_) in COMMANDS.items()])


@click.group(cls=_Lazily, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trialchat")
def main() -> None:
    """Turns clinical trials into a conversation."""
