"""Texts of the window in the user's language, by Qt's translations.

Whatever a user reads goes through `tr`, texts that are made before there is a window through
`noop` as well. ``python -m app.translations`` collects both into a file for Qt Linguist.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

CONTEXT = "Densight"


def tr(text: str, *values: object) -> str:
    """`text` in the user's language, with `values` in the places {0}, {1} and so on of it.

    What is translated already comes back as it is. A translation whose places are not in order
    is passed over.
    """
    if not text:
        return text
    found = QCoreApplication.translate(CONTEXT, text)
    if not values:
        return found
    try:
        return found.format(*values)
    except (IndexError, KeyError, ValueError):
        return text.format(*values)


def noop(text: str) -> str:
    """`text` as it is, marked for translation: whoever shows it gives it to `tr`."""
    return text


def install(app: QCoreApplication, folder: Path, locale: QLocale | None = None) -> bool:
    """Let `app` speak the user's language, if ``densight_LANGUAGE.qm`` is in `folder`.

    Returns
    -------
    bool
        Whether there is a translation; Qt's own texts are in the same language then.
    """
    locale = locale or QLocale.system()
    ours = QTranslator(app)
    if not ours.load(locale, "densight", "_", str(folder)):
        return False
    app.installTranslator(ours)
    of_qt = QTranslator(app)
    place = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if of_qt.load(locale, "qtbase", "_", place):
        app.installTranslator(of_qt)
    return True
