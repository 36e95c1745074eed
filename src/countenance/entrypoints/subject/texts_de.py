"""What the subject's pages say, in German."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GERMAN: Final[Mapping[str, str]] = {
    "language": "Deutsch",
    "site": "Ihre Daten",
    "skip": "Zum Inhalt springen",
    "motto": "Jeder Vorgang wird hier erst gefragt, entschieden und aufgezeichnet.",
    "rights": "Alle Ihre Rechte",
    "leave": "Abmelden",
    "languages": "Sprachen",
    "problem": "Etwas stimmt nicht",
    "enter.title": "Sehen, was über Sie gespeichert ist",
    "enter.lead": "Geben Sie den Code ein, den Sie erhalten haben. Sie brauchen kein Konto und kein "
    "Passwort, und niemand verlangt ein Bild.",
    "enter.code": "Ihr Einmalcode",
    "enter.hint": "Vier Gruppen aus fünf Buchstaben und Ziffern. Großschreibung, Leerzeichen und Striche "
    "spielen keine Rolle.",
    "enter.button": "Öffnen",
    "enter.none": "Kein Code?",
    "enter.none.text": "Fragen Sie die Stelle, die Ihr Bild aufgenommen hat: Sie muss Ihnen einen geben. Er "
    "gilt einmal und kurze Zeit. Wer dieses Programm betreibt, kann an Ihrem Gesicht nicht erkennen, wer "
    "Sie sind.",
    "enter.wrong": "Dieser Code öffnet nichts: Er wurde verwendet, ist abgelaufen oder wurde nie "
    "ausgestellt. Bitten Sie um einen neuen.",
    "enter.many": "Das waren zu viele falsche Versuche. Warten Sie eine Viertelstunde und versuchen Sie es "
    "noch einmal.",
    "enter.ended": "Ihr Besuch ist zu Ende. Bitten Sie um einen neuen Code, wenn Sie wiederkommen möchten.",
    "enter.left": "Sie haben sich abgemeldet.",
    "record.title": "Was über Sie gespeichert ist",
    "record.lead": "{customer} hält das bereit für: {purpose}. Sie heißen dort {subject}.",
    "record.until": "Dieser Besuch endet von selbst um {moment} oder nach einer Viertelstunde ohne Klick.",
    "state.used": "Ihr Gesicht nimmt an Vergleichen teil",
    "state.used.text": "Von Ihnen gespeichert: {references}. Was die Nutzung erlaubt, ist in Kraft.",
    "state.stopped": "Ihr Gesicht nimmt an keinem Vergleich teil",
    "state.stopped.text": "Sie haben am {day} widersprochen. Solange das gilt, wird nichts mit Ihnen "
    "verglichen.",
    "state.idle": "Ihr Gesicht nimmt an keinem Vergleich teil",
    "state.idle.text": "Was die Nutzung erlaubte, ist zu Ende. Referenzen sind noch gespeichert: bis wann, "
    "steht unten.",
    "state.nothing": "Hier ist nichts von Ihrem Gesicht gespeichert",
    "state.nothing.text": "In dieser Galerie gibt es keine Referenz von Ihnen.",
    "references.one": "1 Referenz",
    "references.many": "{count} Referenzen",
    "held.title": "Was gespeichert ist",
    "held.text": "Eine Referenz ist eine Zahlenreihe, die aus einem Bild berechnet wurde. Sie wird hier "
    "nicht gezeigt: Wer sie hat, kann nach Ihnen suchen. Sie liegt verschlüsselt unter einem Schlüssel, "
    "der nur für Sie gilt.",
    "held.number": "Referenz",
    "held.enrolled": "Angelegt",
    "held.pipeline": "Berechnet von",
    "held.none": "Es ist keine Referenz von Ihnen gespeichert.",
    "why.title": "Warum und bis wann",
    "why.controller": "Wer dafür verantwortlich ist",
    "why.purpose": "Zweck",
    "why.basis": "Was es erlaubt",
    "why.given": "Seit",
    "why.notice": "Text, den Sie gesehen haben",
    "why.method": "Wie Sie zugestimmt haben",
    "why.instruments": "Außerdem liegt vor",
    "why.ends": "Endet",
    "why.ends.never": "wenn Sie widerrufen",
    "why.withdrawn": "Widerrufen",
    "why.deadline": "Gelöscht spätestens",
    "why.deadline.law": "wegen eines Gesetzes",
    "why.deadline.policy": "wegen der Regel, die Ihnen genannt wurde",
    "why.deadline.consent": "weil Ihre Einwilligung endet",
    "why.deadline.lease": "weil die genehmigte Nutzung endet",
    "why.held": "Die Löschung ist aufgeschoben",
    "why.held.text": "Eine rechtliche Sperre verhindert die Löschung. Ohne Ihre Einwilligung wird es für "
    "nichts genutzt.",
    "why.receipt": "Quittung über Ihre Einwilligung",
    "why.lease": "Genehmigte Nutzung endet",
    "why.none": "Es liegt nichts vor, was die Nutzung Ihres Gesichts erlauben würde.",
    "acts.title": "Jedes Mal, wenn Sie verglichen wurden",
    "acts.text": "Jede Zeile steht in einem Protokoll, das niemand nachträglich ändern kann. Der Beleg zeigt "
    "es.",
    "acts.erased": "Was von Ihnen im Protokoll stand, lässt sich nicht mehr von anderem unterscheiden.",
    "acts.none": "Sie wurden bisher mit niemandem verglichen.",
    "acts.when": "Wann",
    "acts.what": "Was",
    "acts.who": "Von",
    "acts.purpose": "Für",
    "acts.outcome": "Ergebnis",
    "acts.proofs": "Belege",
    "acts.listed": "Sie standen auf der Liste der Kandidaten",
    "acts.case": "Fall: {state}",
    "acts.more": "Nur die neuesten {count} stehen hier. Laden Sie alles herunter, um mehr zu sehen.",
    "acts.behind": "Die neuesten Vorgänge können fehlen: Das Protokoll wird gerade bis hierher gelesen. "
    "Öffnen Sie die Seite in einer Minute noch einmal.",
    "acts.appeal": "Beschwerde",
    "events.title": "Was sonst über Sie im Protokoll steht",
    "entry": "Eintrag {number}",
    "entry.text": "Text von Eintrag {number}",
    "do.title": "Was Sie tun können",
    "do.withdraw": "Widerrufen und löschen",
    "do.withdraw.text": "Beendet Ihre Einwilligung und löscht jede Referenz von Ihnen, sofort und endgültig.",
    "do.object": "Widersprechen",
    "do.object.text": "Hält jede Nutzung Ihres Gesichts an, bis über Ihren Widerspruch entschieden ist.",
    "do.groups": "Sagen, zu welchen Gruppen Sie gehören",
    "do.groups.text": (
        "Freiwillig; es dient allein dazu, zu sehen, ob dieses System bei manchen Menschen öfter "
        "versagt als bei anderen."
    ),
    "do.groups.said": "Sie haben gesagt:",
    "request.groups": "Danke. Es wird verschlüsselt aufbewahrt, bis Sie es zurücknehmen.",
    "request.groups-gone": "Es ist vernichtet. Nichts davon wird mehr verwendet.",
    "groups.title": "Zu welchen Gruppen gehören Sie?",
    "groups.lead": (
        "Gesichtserkennung versagt bei manchen Menschen öfter als bei anderen. Um zu sehen, ob das "
        "hier so ist, bittet der Betreiber Sie zu sagen, zu welchen Gruppen Sie gehören."
    ),
    "groups.free": (
        "Nichts hängt davon ab: Sie können alles offen lassen, und niemand behandelt Sie deshalb anders."
    ),
    "groups.alone": (
        "Es dient dazu, zu zählen, wie oft Vergleiche bei einer Gruppe misslingen, und zu nichts "
        "anderem. Keine Entscheidung über Sie liest es. Eine Gruppe wird gezählt, sobald fünf "
        "Menschen sich zu ihr gezählt haben."
    ),
    "groups.kept": (
        "Es wird unter einem eigenen Schlüssel verschlüsselt aufbewahrt und mit allem anderen von "
        "Ihnen gelöscht."
    ),
    "groups.back": "Sie können es hier jederzeit ändern oder zurücknehmen.",
    "groups.none": "Das sage ich nicht",
    "groups.send": "Behalten",
    "groups.said": "Das haben Sie am {moment} gesagt:",
    "groups.withdraw": "Zurücknehmen",
    "groups.problem": "Wählen Sie wenigstens eine Antwort, oder gehen Sie zurück.",
    "do.correct": "Um Berichtigung bitten",
    "do.correct.text": "Etwas stimmt nicht: ein falsches Bild, ein falscher Name, ein falscher Eintrag.",
    "do.download": "Alles herunterladen",
    "do.download.text": "Alles auf dieser Seite als Dateien, mit den Belegen.",
    "do.json": "Nur als JSON",
    "do.print": "Sie können diese Seite drucken; sie ist auch für Papier gemacht.",
    "withdraw.title": "Widerrufen und löschen",
    "withdraw.lead": "Sie müssen keinen Grund nennen. Es kostet nichts, und niemand darf Sie deswegen "
    "schlechter behandeln.",
    "withdraw.what": "Was geschieht, wenn Sie bestätigen",
    "withdraw.1": "Ihr Gesicht wird sofort mit nichts mehr verglichen.",
    "withdraw.2": "Jede Referenz von Ihnen wird gelöscht und der Schlüssel, mit dem sie verschlossen war, "
    "vernichtet.",
    "withdraw.3": "Das Protokoll behält eine Zeile, dass es geschehen ist. Sie nennt Sie nicht.",
    "withdraw.4": "Danach kann die Liste der Vergleiche nicht mehr gezeigt werden: Niemand kann mehr sagen, "
    "welche Ihre waren. Laden Sie vorher alles herunter, wenn Sie es behalten möchten.",
    "withdraw.button": "Jetzt widerrufen und löschen",
    "withdraw.held": "Alles außer dem Löschen geschieht sofort. Eine rechtliche Sperre verhindert vorerst, "
    "dass das "
    "Gespeicherte vernichtet wird: warum und bis wann, steht unten. Endet sie, wird es von selbst "
    "vernichtet.",
    "withdraw.button.held": "Jetzt widerrufen",
    "withdraw.back": "Zurück, nichts ändern",
    "withdrawn.title": "Es ist geschehen",
    "withdrawn.lead": "Ihre Einwilligung endete am {moment}. Gelöscht: {references}. Der Schlüssel, der das "
    "verschloss, ist vernichtet.",
    "withdrawn.held.title": "Ihr Gesicht wird für nichts mehr verwendet",
    "withdrawn.held": "Ihre Einwilligung ist beendet, sofort und endgültig. Niemand vergleicht Ihr Gesicht "
    "von jetzt "
    "an mit irgendetwas, was auch immer noch gespeichert ist.",
    "hold.title": "Warum das Gespeicherte noch nicht gelöscht wird",
    "hold.lead": "Das Recht verpflichtet {customer} dazu oder erlaubt es, Beweise eine Zeit lang "
    "aufzubewahren. Das "
    "heißt rechtliche Sperre. Sie verhindert, dass das Gespeicherte vernichtet wird. Sie erlaubt "
    "niemandem, es zu "
    "verwenden.",
    "hold.why": "Grund",
    "hold.who": "Wer es aufbewahrt",
    "hold.until": "Bis",
    "hold.until.text": "spätestens {day}. Sie kann früher enden, und beenden muss sie eine andere Person "
    "als die, "
    "die sie verhängt hat.",
    "hold.more": "Um welchen Fall es geht, steht hier nicht, weil das andere betreffen kann. Sie dürfen "
    "{customer} "
    "fragen und sich bei der zuständigen Aufsichtsbehörde beschweren.",
    "hold.after": "Endet sie, wird alles von selbst gelöscht und der Schlüssel vernichtet. Sie brauchen "
    "nichts zu "
    "tun.",
    "withdrawn.receipt": "Ihre Quittung",
    "withdrawn.text": "Bewahren Sie diese beiden Dateien zusammen auf. Mit dem öffentlichen Schlüssel des "
    "Protokolls kann jeder prüfen, dass dies aufgezeichnet wurde, auch wenn es dieses Programm nicht "
    "mehr gibt.",
    "withdrawn.whole": "Die ganze Quittung: was gelöscht wurde, was nicht erreicht werden konnte, und die "
    "Belege",
    "withdrawn.later": "Die ganze Quittung ist fertig, sobald jeder Server gemeldet hat, dass er gefolgt "
    "ist; sie steht auf Ihrer Seite unter Ihren Anliegen.",
    "withdrawn.key": "Öffentlicher Schlüssel des Protokolls",
    "requests.title": "Ihre Anliegen",
    "requests.kind": "Was",
    "requests.filed": "Gestellt",
    "requests.due": "Antwort fällig",
    "requests.state": "Stand",
    "requests.answer": "Antwort",
    "request.overdue": "überfällig",
    "request.extended": "verlängert",
    "request.correction.title": "Um Berichtigung bitten",
    "request.correction.lead": "Sagen Sie, was falsch ist und was richtig wäre. Sie erhalten innerhalb eines "
    "Monats eine Antwort.",
    "request.objection.title": "Der Nutzung Ihres Gesichts widersprechen",
    "request.objection.lead": "Sobald Sie das absenden, nimmt Ihr Gesicht an keinem Vergleich mehr teil. Sie "
    "erhalten innerhalb eines Monats eine Antwort; erst dann darf die Nutzung weitergehen, und nur aus "
    "Gründen, die schwerer wiegen als Ihre.",
    "request.appeal.title": "Beschwerde",
    "request.appeal.lead": "Menschen, die nicht daran beteiligt waren, sehen es sich noch einmal an. Sie "
    "erhalten innerhalb eines Monats eine Antwort.",
    "request.about": "Es geht um",
    "request.text": "Was möchten Sie sagen?",
    "request.text.optional": "Warum? Sie dürfen das leer lassen.",
    "request.text.hint": "Bis zu 4.000 Zeichen. Nur {customer} liest es. Schreiben Sie nichts auf, was man "
    "dort nicht wissen soll.",
    "request.send": "Absenden",
    "request.send.objection": "Jetzt widersprechen",
    "request.sent": "Es wurde abgesendet. Es steht unten, mit dem Tag, an dem die Antwort fällig ist.",
    "request.objected": "Ihr Widerspruch gilt: Ihr Gesicht nimmt an keinem Vergleich teil.",
    "fault.nothing": "Hier ist nichts",
    "fault.nothing.text": "Diese Seite gibt es nicht, oder sie gehört Ihnen nicht. Beides sieht mit Absicht "
    "gleich aus.",
    "fault.busy": "Zu viel auf einmal",
    "fault.busy.text": "Es wurde nichts getan. Warten Sie einige Sekunden und versuchen Sie es noch einmal.",
    "fault.stale": "Jemand war schneller",
    "fault.stale.text": "Was Sie ändern wollten, hat sich inzwischen geändert, also wurde nichts getan. "
    "Sehen Sie noch einmal nach.",
    "fault.form": "Dieses Formular kann nicht angenommen werden",
    "fault.form.text": "Es kam nicht von einer Seite Ihres Besuchs, oder Ihr Besuch ist zu Ende. Es wurde "
    "nichts getan.",
    "fault.text": "Das kann nicht gesendet werden",
    "fault.text.text": "Es braucht 1 bis 4.000 druckbare Zeichen.",
    "fault.already": "Das wurde schon getan",
    "fault.already.text": "Ein solches Anliegen wartet schon auf seine Antwort.",
    "fault.limit": "Zu viele Anliegen warten",
    "fault.limit.text": "Zehn Ihrer Anliegen warten schon auf eine Antwort.",
    "fault.later": "Das ist noch nicht fertig",
    "fault.later.text": "Versuchen Sie es in einer Minute noch einmal.",
    "fault.away": "Das geht gerade nicht",
    "fault.away.text": "Es wurde nichts getan. Versuchen Sie es in einer Minute noch einmal. Bleibt es so, "
    "sagen Sie es der Stelle, die Ihnen den Code gegeben hat.",
    "fault.held": "Das wird vorerst aufbewahrt",
    "fault.held.text": "Eine rechtliche Sperre verhindert die Löschung. Verwendet wird es unterdessen für "
    "nichts.",
    "fault.back": "Zurück zu Ihrer Seite",
}
