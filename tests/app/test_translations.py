"""Texts for Qt Linguist: collected from the program, kept when it changes, and used."""

from __future__ import annotations

import string
import subprocess
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from app.language import CONTEXT, install, tr
from app.translations import document, known, main, texts
from engine import resources

RELEASE = Path(PySide6.__file__).parent / "lrelease"


class Backwards(QTranslator):
    """Speaks no language, but answers for one text."""

    def translate(self, context, source, disambiguation=None, n=-1):
        return {"{0} of {1}": "{1} / {0}", "{0} broken": "{7}"}.get(source)


@pytest.fixture
def backwards(qapp):
    made = Backwards(qapp)
    qapp.installTranslator(made)
    yield
    qapp.removeTranslator(made)


def test_the_file_for_translators_is_up_to_date():
    """If this fails: ``python -m app.translations``."""
    assert main(["--check"]) == 0


def test_every_text_has_places_that_can_be_filled():
    found = texts()
    assert len(found) > 400
    for text in found:
        for _literal, name, spec, _conversion in string.Formatter().parse(text):
            assert name is None or name == "" or name.isdigit(), text
            assert not spec or name, text


def test_a_translation_orders_its_places_as_it_likes(backwards):
    assert tr("{0} of {1}", 3, 5) == "5 / 3"
    assert tr("Solve structure") == "Solve structure"
    assert tr("{0} broken", "never") == "never broken"  # of the translation, not of the program
    assert tr("") == ""


def test_texts_that_are_put_together_are_refused(tmp_path):
    (tmp_path / "one.py").write_text('tr(f"{n} peaks")\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 1"):
        texts(tmp_path)


def test_what_was_translated_stays_and_what_is_new_is_unfinished(tmp_path):
    path = tmp_path / "densight_de.ts"
    path.write_text(document({"Peaks": "a.py", "Gone": "a.py"}, {"Peaks": "Reflexe", "Gone": "x"}))
    assert known(path) == {"Peaks": "Reflexe", "Gone": "x"}
    assert main([str(path)]) == 0
    assert known(path) == {"Peaks": "Reflexe"}
    written = path.read_text(encoding="utf-8")
    assert 'language="de"' in written
    assert written.count('type="unfinished"') == len(texts()) - 1
    assert main(["--check", str(path)]) == 0


@pytest.mark.skipif(not RELEASE.exists(), reason="Qt's lrelease is not installed")
def test_a_released_translation_is_taken_for_its_language(qapp, tmp_path):
    source = tmp_path / "densight_de.ts"
    source.write_text(document({"Peaks ({0})": "a.py"}, {"Peaks ({0})": "Reflexe ({0})"}, "de"))
    subprocess.run([RELEASE, source], check=True, capture_output=True, timeout=60)
    app = QCoreApplication.instance()
    before = set(app.findChildren(QTranslator))
    assert not install(app, tmp_path, QLocale("fr"))
    assert install(app, tmp_path, QLocale("de_AT"))
    made = set(app.findChildren(QTranslator)) - before
    try:
        assert tr("Peaks ({0})", 7) == "Reflexe (7)"
        assert QCoreApplication.translate(CONTEXT, "Peaks") == "Peaks"
    finally:
        for translator in made:
            app.removeTranslator(translator)
            translator.deleteLater()


def test_without_a_translation_everything_is_english(qapp, tmp_path):
    assert not install(QCoreApplication.instance(), tmp_path / "nowhere", QLocale("de"))
    assert not install(qapp, resources.path("translations"), QLocale("en"))
