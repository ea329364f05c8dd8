#!/usr/bin/env python3
"""Writes man pages of every command and subcommand, from the program's own description of itself.

    Packaging/manual.py PROGRAM FOLDER

Makes FOLDER/elixir-gpu.1, FOLDER/elixir-gpu-purify.1 and so on. What --help leaves out as rarely needed
is in a section of its own.
"""
import json, pathlib, subprocess, sys


def escaped(text):
    """Plain text for roff: what it would take for its own is escaped."""
    lines = text.replace("\\", "\\e").replace("-", "\\-").split("\n")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in lines)


def paragraphs(text):
    """A discussion: paragraphs are filled, indented lines (examples, tables) are kept as they are."""
    parts, literal = [], False
    for line in text.split("\n"):
        if line.startswith("  ") != literal and line.strip():
            literal = not literal
            parts.append(".nf" if literal else ".fi")
        parts.append(escaped(line) if line.strip() else ".PP" if not literal else "")
    if literal:
        parts.append(".fi")
    return "\n".join(parts).strip("\n")


def spelled(argument):
    if argument["kind"] == "positional":
        return escaped(f"<{argument['valueName']}>")
    names = [("-" if n["kind"] == "short" else "--") + n["name"] for n in argument["names"]]
    value = f" <{argument['valueName']}>" if argument["kind"] == "option" else ""
    return escaped(", ".join(names) + value)


def definitions(arguments):
    for argument in arguments:
        text = argument.get("abstract", "")
        if argument.get("defaultValue"):
            text += f" (default: {argument['defaultValue']})"
        if argument.get("allValueStrings"):
            text += f" One of: {', '.join(argument['allValueStrings'])}."
        yield f".TP\n\\fB{spelled(argument)}\\fR\n{escaped(' '.join(text.split()))}"


def synopsis(path, arguments, children):
    words = ["\\fB" + escaped(" ".join(path)) + "\\fR"]
    for argument in arguments:
        if argument["kind"] != "positional" and not argument["isOptional"]:
            words.append(spelled(argument))
    if any(a["isOptional"] and a["kind"] != "positional" for a in arguments):
        words.append("[options]")
    for argument in arguments:
        if argument["kind"] == "positional":
            text = spelled(argument) + (" ..." if argument["isRepeating"] else "")
            words.append(f"[{text}]" if argument["isOptional"] else text)
    if children:
        words.append("<subcommand>")
    return " ".join(words)


def write(folder, command, version, parents=()):
    path = [*parents, command["commandName"]]
    children = [c for c in command.get("subcommands", []) if c["commandName"] != "help" and c["shouldDisplay"]]
    arguments = command.get("arguments", [])
    shown = [a for a in arguments if a["shouldDisplay"]]
    rare = [a for a in arguments if not a["shouldDisplay"]]
    name = "-".join(path)
    page = [
        f'.TH "{escaped(name.upper())}" 1 "" "{escaped(version)}" "User Commands"',
        f".SH NAME\n{escaped(name)} \\- {escaped(command['abstract'].rstrip('.'))}",
        f".SH SYNOPSIS\n{synopsis(path, arguments, children)}",
    ]
    if command.get("discussion"):
        page.append(f".SH DESCRIPTION\n{paragraphs(command['discussion'])}")
    if children:
        page.append(".SH SUBCOMMANDS")
        for child in children:
            page.append(f".TP\n\\fB{escaped(child['commandName'])}\\fR\n{escaped(child['abstract'])}")
    if shown:
        page += [".SH OPTIONS", *definitions(shown)]
    if rare:
        page += [".SH RARE OPTIONS", *definitions(rare)]
    relatives = [name.rpartition("-" + path[-1])[0]] if parents else []
    relatives += [f"{name}-{child['commandName']}" for child in children]
    if relatives:
        page.append(".SH SEE ALSO\n" + ",\n".join(f"\\fB{escaped(r)}\\fR(1)" for r in relatives))
    (folder / f"{name}.1").write_text("\n".join(page) + "\n")
    for child in children:
        write(folder, child, version, path)


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    run = lambda *words: subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout
    write(folder, json.loads(run("--experimental-dump-help"))["command"], run("--version").strip())


main()
