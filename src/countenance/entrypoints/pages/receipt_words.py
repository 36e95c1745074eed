"""What receipts on paper say in other languages than English; the JSON, which is checked, has no language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

GERMAN: Final[Mapping[str, str]] = {
    # Consent
    "Receipt of consent": "Quittung über eine Einwilligung",
    "How to check it": "Wie man sie prüft",
    "The record is on a public log as a commitment that names nobody. The receipt as JSON holds the "
    "record, a salt and the proof below; with them anybody can check without a network that the "
    "record was there and was not changed since. Compare the log's key with the one that the "
    "operator publishes.": "Der Eintrag steht in einem öffentlichen Protokoll als Prüfwert, der niemanden "
    "nennt. Die Quittung als JSON enthält den Eintrag, eine Zufallszahl und den Beleg unten; damit kann "
    "jeder "
    "ohne Netz prüfen, dass der Eintrag dort stand und seither nicht geändert wurde. Vergleichen Sie den "
    "Schlüssel des Protokolls mit dem, den der Betreiber veröffentlicht.",
    "The log's entry": "Der Eintrag im Protokoll",
    "The proof that it is in the log": "Der Beleg, dass er im Protokoll steht",
    "In force": "In Kraft",
    "Withdrawn": "Widerrufen",
    "Ended by itself": "Von selbst beendet",
    "since": "seit",
    "Receipt": "Quittung",
    "Issued": "Ausgestellt",
    "Now": "Jetzt",
    "Subject": "Betroffene Person",
    "Controller": "Verantwortlich",
    "Basis": "Grundlage",
    "Purposes": "Zwecke",
    "What": "Was",
    "The geometry of the face (biometric data)": "Die Geometrie des Gesichts (biometrische Daten)",
    "Notice": "Hinweis",
    "Shown": "Gezeigt",
    "Given": "Erteilt",
    "How": "Wie",
    "Valid": "Gültig",
    "until it is withdrawn": "bis zum Widerruf",
    "until": "bis",
    "Recipients": "Empfänger",
    "Jurisdictions": "Rechtsgebiete",
    "To withdraw": "Widerrufen",
    "Stored": "Gespeichert",
    "Kept": "Aufbewahrt",
    "days": "Tage",
    "less where law, consent or lease end sooner": "kürzer, wo Gesetz, Einwilligung oder Genehmigung früher "
    "enden",
    "Written release": "Schriftliche Freigabe",
    "signed by": "unterschrieben von",
    "Guardian": "Sorgeberechtigt",
    "Offered instead": "Stattdessen angeboten",
    # Erasure
    "Receipt of erasure": "Quittung über eine Löschung",
    "The consent was withdrawn.": "Die Einwilligung wurde widerrufen.",
    "The time for which it could be kept was over.": "Die Zeit der Aufbewahrung war um.",
    "The subject asked for it.": "Die betroffene Person hat darum gebeten.",
    "The operator removed the subject.": "Der Betreiber hat die Person entfernt.",
    "A rehearsal with a subject that nobody is.": "Eine Probe mit einer Person, die es nicht gibt.",
    "Backups made before. The key that opens them is destroyed here; a backup holds its own copy.": "Vorher "
    "gemachte Sicherungen. Der Schlüssel dazu ist hier vernichtet; eine Sicherung enthält ihre eigene Kopie.",
    "Old pages of the database, until it cleans them up by itself.": "Alte Seiten der Datenbank, bis sie "
    "sie von selbst aufräumt.",
    "Answers given to callers before: nobody can call them back.": "Vorher gegebene Antworten: Niemand kann "
    "sie zurückholen.",
    "The record that consent was given and withdrawn, kept to show that the law was kept.": "Der Nachweis, "
    "dass eingewilligt und widerrufen wurde; er zeigt, dass das Recht gewahrt wurde.",
    "Faces kept for a while without a name, which were not taken for the subject.": "Eine Zeit lang ohne "
    "Namen aufbewahrte Gesichter, die nicht für diese Person gehalten wurden.",
    "The same photograph is enrolled under another id of the gallery.": "Dasselbe Bild ist unter einem "
    "anderen Namen in der Galerie.",
    "Processes that were not heard of any more; what they held in memory ends with them.": "Prozesse, die "
    "sich nicht mehr meldeten; was sie im Speicher hielten, endet mit ihnen.",
    "A search with the {count} erased templates found {found} of them.": "Eine Suche mit den {count} "
    "gelöschten Vorlagen fand {found} davon.",
    "Not searched with: the process ended first, and the templates were gone with it.": "Nicht damit "
    "gesucht: Der Prozess endete vorher, und die Vorlagen waren mit ihm fort.",
    "Erasure": "Löschung",
    "Gallery": "Galerie",
    "Subject, as the log names it": "Person, wie das Protokoll sie nennt",
    "never named in the log": "nie im Protokoll genannt",
    "Why": "Warum",
    "Erased": "Gelöscht",
    "References erased": "Gelöschte Referenzen",
    "Manifest before": "Verzeichnis vorher",
    "Manifest after": "Verzeichnis nachher",
    "references": "Referenzen",
    "Afterwards": "Danach",
    "Processes that followed": "Prozesse, die folgten",
    "Complete": "Abgeschlossen",
    "What could not be reached, or is kept": "Was nicht erreicht werden konnte oder bleibt",
    "Until": "Bis",
    "Nobody here can say until when.": "Bis wann, kann hier niemand sagen.",
    "The receipt as JSON holds, for each reference, the proof that it was in the manifest before and "
    "that it is not in the manifest after. {command} checks it without a network; the documentation says "
    "how to write another program for it. The log's key is {key}: compare it with the one that the operator "
    "publishes.": "Die Quittung als JSON enthält für jede Referenz den Beleg, dass sie vorher im Verzeichnis "
    "stand und nachher nicht mehr. {command} prüft das ohne Netz; die Dokumentation sagt, wie man ein "
    "anderes "
    "Programm dafür schreibt. Der Schlüssel des Protokolls ist {key}: Vergleichen Sie ihn mit dem, den der "
    "Betreiber veröffentlicht.",
    "the receipt": "der Quittung",
    "the erasure": "der Löschung",
    "The log's entry of {what}, and the proof that it is in the log": "Der Eintrag {what} im Protokoll, und "
    "der Beleg, dass er dort steht",
}
"""German by the English words."""


def words_in(language: str) -> Callable[[str], str]:
    """Return what turns English words of a receipt into those of `language`; English stays for others."""
    if language != "de":
        return str
    return lambda text: GERMAN[text]
