import type { Texts } from '../en/en.ts';

export const models: Texts['plant']['models'] = {
  versions: 'Versionen',
  versionsAbout: 'Was die Ablage hat, und was jede Version jetzt tut.',
  versionHeads: ['Version', 'Für Maschinen vom Typ', 'Was sie tut', 'Unterschrieben von, abgelegt', ''],
  doesNothing: 'nichts',
  none: 'Die Ablage hat kein Modell',
  noneHelp:
    'Maschinen werden nach ihrer eigenen Vergangenheit und nach Grenzen beurteilt. Legen Sie ein Modell mit `harbinger models push` ab.',
  actions: { shadow: 'Mitlaufen lassen', ab: 'Einen Teil beurteilen', active: 'Einsetzen' },
  about: {
    shadow: (ref, type) =>
      `${ref} wird zu laufenden Messwerten von Maschinen des Typs ${type} befragt, und nichts folgt aus seinen Antworten.`,
    ab: (ref, type) =>
      `${ref} beurteilt einen Teil der Maschinen des Typs ${type}, an Stelle der Version, die jetzt urteilt.`,
    active: (ref, type) =>
      `${ref} beurteilt alle Maschinen des Typs ${type}. Die Version davor bleibt bereit und kommt von selbst zurück, wenn diese schlechter ist.`,
  },
  share: 'Anteil der Maschinen, Prozent',
  rollBack: (ref) => `Zurück zu ${ref}`,
  drift: 'Abdrift',
  driftAbout: 'Ob das, was Modelle bekommen, noch ist wie das, woran sie gelernt haben.',
  noDrift: 'Kein Modell bekommt etwas Ungewöhnliches.',
  trials: 'Nebeneinander',
  trialsAbout: 'Versionen, die neben der urteilenden laufen oder einen Teil beurteilen.',
  noTrial: 'Keine Version wird erprobt',
  noTrialHelp: 'Lassen Sie eine neue Version mitlaufen, bevor Sie sie einsetzen.',
  trial: (candidate, role, against, type) => `${candidate} ${role} ${against}, Maschinen vom Typ ${type}`,
  roles: { shadow: 'neben', ab: 'an Stelle von', guard: 'nach' },
  trialSeen: (readings, machines) => `${readings} Messwerte von ${machines} Maschinen`,
  agreed: (share) => `einig in ${share}`,
  warned: (both, raised, spared) =>
    `Warnungen: ${both} von beiden, ${raised} nur von der neuen, ${spared} nur von der anderen`,
  latency: (candidate, other) => `antwortet in ${candidate} ms, die andere in ${other} ms`,
  wrong: (model, value, low, high) => `${model}: ${value} Irrtümer im Maschinenmonat (${low} bis ${high})`,
  needed: (months) =>
    `jede muss noch ${months} Maschinenmonate urteilen, bevor ein Unterschied etwas bedeutet`,
  outcomes: 'Was Warnungen am Ende waren',
  outcomesAbout:
    'Nach dem, wer gewarnt hat. „Richtig“ sind die bestätigten, von den bestätigten und den Fehlalarmen zusammen.',
  outcomeHeads: [
    'Wer warnte',
    'Maschinen vom Typ',
    'Warnungen',
    'Bestätigt / falsch',
    'Richtig',
    'Vor Ausfällen gewarnt',
    'Wie früh',
  ],
  noOutcome: 'Noch hat niemand gesagt, was eine Warnung war',
  noOutcomeHelp:
    'Beim Schließen einer Meldung wird danach gefragt; ein gemeldeter Ausfall sagt es von selbst.',
  decisions: 'Alle einzelnen Entscheidungen, mit Eingaben und Gründen',
};

export const overrides: Texts['plant']['overrides'] = {
  title: 'Von Menschen vorgegeben',
  about: 'Was ein Mensch gesetzt hat, an Stelle dessen, was Gateways selbst entscheiden würden.',
  none: 'Nichts ist vorgegeben.',
  heads: ['Was', 'Wer und warum', 'Bis', 'Wie es steht', ''],
  untilRemoved: 'bis es entfernt wird',
  add: 'Vorgeben',
  addAbout: 'Es ist an verbundenen Gateways in Sekunden in Kraft und endet von selbst.',
  remove: 'Beenden',
  fields: {
    action: 'Was',
    where: 'Wo: STANDORT/MASCHINE, STANDORT, type:NAME oder * für alle',
    model: 'Version, nur zum Festhalten: NAME@VERSION',
    hours: 'Für so viele Stunden (leer: bis es entfernt wird)',
  },
  actions: {
    mute: 'niemand erfährt von Meldungen (mute)',
    rules: 'Regeln entscheiden, kein Modell (rules)',
    stop: 'keine Modellversion wird weiter verteilt (stop)',
    pin: 'eine bestimmte Modellversion urteilt (pin)',
    alert: 'eine Meldung ist offen, was auch gemessen wird (alert)',
  },
};
