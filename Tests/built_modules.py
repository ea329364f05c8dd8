"""Where the compiler finds the modules of a build, without building them again."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]


def search_folders(build):
    """Folders of the modules of Swift, and of the maps of C and system libraries."""
    checkouts = ROOT / ".build/checkouts"
    maps = [
        *(ROOT / "Sources").glob("*/module.modulemap"), *build.glob("*.build/module.modulemap"),
        *checkouts.glob("*/Sources/*/module.modulemap"),
        *checkouts.glob("*/*/include/module.modulemap"),
    ]
    return [build / "Modules", *(file.parent for file in maps)]
