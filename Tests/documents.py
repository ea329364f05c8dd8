#!/usr/bin/env python3
"""Checks what the documents say: length, links, spelling, paths, Swift, and every command line.

    Tests/documents.py [--program .build/release/elixir-gpu]

A command line `elixir-gpu …` in README.md, CONTRIBUTING.md, docs/, Benchmarks/README.md or a --help
must name an existing subcommand and existing options; one in a block of code must also give the
options that the command cannot do without. Prints what is wrong, and exits with 1 if anything is.
"""
import argparse, json, pathlib, re, subprocess, sys, tempfile
from built_modules import ROOT, search_folders

README_LINES = 120
# Documents of users, and those whose commands and links alone are checked.
USER_DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
OTHER_DOCUMENTS = [ROOT / "Benchmarks/README.md"]
# One spelling, and what others write instead.
SPELLING = {
    r"(?:normali|initiali|optimi|maximi|minimi|generali|randomi|vectori|organi|recogni)s(?:e|ed|es|er|ers|ing|ation|ations)": "-iz-",
    r"grey\w*": "gray", r"colour\w*": "color", r"neighbour\w*": "neighbor", r"behaviour\w*": "behavior",
    r"(?:mis|re|un)?labell(?:ed|ing)": "labeled", r"defence\w*": "defense", r"licence\w*": "license",
    r"centre\w*": "center", r"favour\w*": "favor",
}
DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b")

problems = []


def report(path, line, text):
    problems.append(f"{path.relative_to(ROOT) if path.is_absolute() else path}:{line}: {text}")


class Command:
    """A (sub)command of the program, from --experimental-dump-help."""

    def __init__(self, description, path=()):
        self.name = description["commandName"]
        self.path = [*path, self.name]
        self.children = {}
        for child in description.get("subcommands", []):
            if child["commandName"] != "help":
                self.children[child["commandName"]] = Command(child, self.path)
        self.default = description.get("defaultSubcommand")
        self.discussion = description.get("discussion", "")
        self.options, self.required = set(), set()
        for argument in description.get("arguments", []):
            names = {("-" if n["kind"] == "short" else "--") + n["name"] for n in argument.get("names", [])}
            self.options |= names
            if names and not argument["isOptional"]:
                self.required.add("--" + argument["preferredName"]["name"])

    def all(self):
        yield self
        for child in self.children.values():
            yield from child.all()

    def resolve(self, words):
        """The subcommand that words name, and the words that follow."""
        command = self
        while words and words[0] in command.children:
            command, words = command.children[words[0]], words[1:]
        if command.default and not (words and words[0] in ("--help", "-h")):
            command = command.children[command.default]
        return command, words


def check_command(root, path, line, text, is_whole):
    # Placeholders and alternatives of synopses, prompts and remarks.
    text = re.sub(r"\s#\s.*$", "", text.replace("\\|", "|"))
    text = re.sub(r"[\[\]()]", " ", text)
    words = text.split()[1:]
    if not words:
        return
    for alternatives in words[:2]:
        # `poison badnets|blended`: each of them must exist.
        if re.fullmatch(r"[a-z-]+(\|[a-z-]+)+", alternatives):
            place = words.index(alternatives)
            for word in alternatives.split("|"):
                check_command(root, path, line, " ".join(["elixir-gpu", *words[:place], word, *words[place + 1:]]), is_whole)
            return
    if words[0] in ("…", "...", "COMMAND"):
        return
    command, rest = root.resolve(words)
    if command.children and rest and re.fullmatch(r"…|[A-Z]+", rest[0]):
        return  # A placeholder for a subcommand.
    options = [word.split("=")[0] for word in rest if re.match(r"--?[a-zA-Z]", word)]
    if command is root and not set(options) & root.options:
        return report(path, line, f"there is no command 'elixir-gpu {words[0]}'")
    for option in options:
        if option not in command.options:
            report(path, line, f"'{' '.join(command.path)}' has no option {option}")
    if command.children and rest and re.fullmatch(r"[a-z][a-z-]+", rest[0]):
        return report(path, line, f"there is no command '{' '.join(command.path)} {rest[0]}'")
    if is_whole and not {"--help", "-h", "--version"} & set(options):
        for option in sorted(command.required - set(options)):
            report(path, line, f"'{' '.join(command.path)}' needs {option}")


def code_blocks(lines):
    """Lines of indented or fenced code, with lines that end in a backslash joined."""
    fenced, joined, start = False, "", 0
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            fenced = not fenced
            continue
        indented = line.startswith("    ") and not re.match(r"\s*[-*|]", line)
        if not (fenced or indented):
            joined = ""
            continue
        start = start if joined else number
        joined += line.strip()
        if joined.endswith("\\"):
            joined = joined[:-1].rstrip() + " "
        else:
            yield start, joined.removeprefix("$ ")
            joined = ""


def prose(lines):
    """The document without its blocks of code."""
    fenced = False
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            yield number, line


def slug(heading):
    text = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(path):
    return {slug(m[1]) for m in re.finditer(r"^#+ +(.*)$", path.read_text(), re.M)}


def check_links(path, lines):
    for number, line in prose(lines):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            linked = (path.parent / file).resolve() if file else path
            if not linked.exists():
                report(path, number, f"the link {target} leads nowhere")
            elif anchor and linked.suffix == ".md" and anchor not in anchors(linked):
                report(path, number, f"{target}: there is no such heading")


def check_paths(path, lines):
    """Files of the repository that are named in code spans."""
    for number, line in prose(lines):
        for span in re.findall(r"`((?:Sources|Tests|Kernels|Benchmarks|Examples|docs)/[\w./+-]+)`", line):
            if not (ROOT / span).exists():
                report(path, number, f"there is no {span}")


def check_language(path, lines):
    for number, line in enumerate(lines, 1):
        if "../shared" in line:
            report(path, number, "../shared is not part of the repository")
        if DATE.search(line):
            report(path, number, "a document has no dates")
    for number, line in prose(lines):
        line = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", line)
        for pattern, instead in SPELLING.items():
            for word in re.findall(rf"\b{pattern}\b", line, re.I):
                report(path, number, f"'{word}': write {instead}")


def check_commands(root, path, lines):
    for number, text in code_blocks(lines):
        if re.match(r"(\S*/)?elixir-gpu \S", text):
            check_command(root, path, number, text, is_whole=True)
    known = {option for command in root.all() for option in command.options}
    for number, line in prose(lines):
        for span in re.findall(r"`([^`]+)`", line.replace("\\|", "|")):
            if span.startswith("elixir-gpu "):
                check_command(root, path, number, span, is_whole=False)
            elif " " in span and span.split()[0] in root.children:
                check_command(root, path, number, "elixir-gpu " + span, is_whole=False)
            elif path in USER_DOCUMENTS and re.match(r"--[a-z]", span):
                option = re.split(r"[ =]", span)[0]
                if option not in known:
                    report(path, number, f"no command has an option {option}")


def check_swift(path, lines, build):
    """Compiles the blocks of Swift against the built modules."""
    folders = search_folders(build)
    for block in re.finditer(r"^```swift\n(.*?)^```", "\n".join(lines) + "\n", re.S | re.M):
        start = "\n".join(lines)[: block.start()].count("\n") + 1
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "main.swift"
            file.write_text(block[1])
            run = subprocess.run(
                ["swiftc", "-typecheck", "-swift-version", "6", *(f"-I{f}" for f in folders), file],
                capture_output=True, text=True)
        for line, text in re.findall(r"^[^:]*:(\d+):(?:\d+:)? (?:error|warning): (.*)", run.stderr, re.M):
            report(path, start + int(line), text)


def check_help(root):
    for command in root.all():
        examples = command.discussion.partition("Examples:")[2]
        for text in re.split(r"\n(?=\s*elixir-gpu )", examples):
            if text.strip().startswith("elixir-gpu "):
                where = pathlib.Path(" ".join([*command.path, "--help"]))
                check_command(root, where, 0, " ".join(text.split()), is_whole=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=ROOT / ".build/release/elixir-gpu")
    program = pathlib.Path(parser.parse_args().program)
    dump = subprocess.run([program, "--experimental-dump-help"], capture_output=True, text=True, check=True)
    root = Command(json.loads(dump.stdout)["command"])
    count = len((ROOT / "README.md").read_text().splitlines())
    if count > README_LINES:
        report(ROOT / "README.md", count, f"{count} lines; at most {README_LINES}")
    for path in USER_DOCUMENTS + OTHER_DOCUMENTS:
        lines = path.read_text().splitlines()
        check_links(path, lines)
        check_paths(path, lines)
        check_commands(root, path, lines)
        if (program.parent / "Modules").exists():
            check_swift(path, lines, program.parent)
        if path in USER_DOCUMENTS:
            check_language(path, lines)
    check_help(root)
    for problem in problems:
        print(problem)
    print(f"{len(USER_DOCUMENTS + OTHER_DOCUMENTS)} documents, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
