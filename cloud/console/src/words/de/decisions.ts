import type { Texts } from '../en/en.ts';

export const decisions: Texts['decisions'] = {
  title: 'Entscheidungen',
  titleOn: (subject) => `Entscheidungen über ${subject}`,
  lead: 'Alles, was Harbinger selbst entschieden hat: woraus, warum und nach welcher Regel. „Fallback“ heißt, dass Regeln entschieden haben, weil das aktive Verfahren nicht konnte.',
  all: 'Entscheidungen über alle Maschinen',
  older: 'Ältere Entscheidungen',
  none: 'Noch keine Entscheidung',
  noneHelp: 'Die erste kommt, wenn eine Maschine lange genug gemeldet hat, um beurteilt zu werden.',
  inputs: 'Eingaben',
  answer: 'Antwort',
  assessment: 'Beurteilung',
  changeOfJudge: 'Wechsel des Verfahrens',
  origin: (confidence, ms, gateway, id) =>
    `Sicherheit ${confidence} · dauerte ${ms} ms · Gateway ${gateway} · ${id}`,
  newerMode: (mode) =>
    `Ein neueres Gateway hat das als „${mode}“ entschieden; diese Seite weiß nicht, ob danach gehandelt wurde.`,
  fallback: (cause) => `Das aktive Verfahren hat nicht geantwortet: ${cause}`,
};
