/** Texts of the page of the site, in English and German. Reasons of alerts are shown as they are. */
const en = {
  title: (gateway: string) => `Gateway ${gateway}`,
  asOf: (time: string) => `As of ${time}; it is read again every 10 seconds.`,
  cloud: 'Cloud',
  connected: 'connected',
  lost: 'not connected',
  noCloud: 'none is configured',
  backlog: 'Waits for the cloud',
  blocks: (count: number) => (count === 0 ? 'nothing' : `${count} ${count === 1 ? 'block' : 'blocks'}`),
  kept: (bytes: string, bytesMax: string) => `journal ${bytes} of ${bytesMax}`,
  disk: 'Disk',
  free: (bytes: string) => `${bytes} free`,
  unknown: 'not known',
  silentData: 'The data thread does not answer: nothing is being acknowledged.',
  troubles: 'What is wrong with the gateway',
  machines: 'Machines',
  noMachine: 'No machine has sent anything yet.',
  more: (count: number) => `and ${count} more`,
  states: { critical: 'Critical', warning: 'Warning', maintenance: 'Maintenance', none: 'no alert' },
  since: (time: string) => `since ${time}`,
  until: (time: string, by: string) => `until ${time}${by && ` (${by})`}`,
  left: (life: string) => `${life} left`,
  waiting: 'Machines that nobody has declared',
  waitingHelp: 'Take one in with `harbinger machines accept SITE/MACHINE --type TYPE`.',
  messages: (count: number, held: number) => `${count} messages, ${held} of them held`,
  toCloud: 'All about it on the page of the cloud',
};

const de: typeof en = {
  title: (gateway) => `Gateway ${gateway}`,
  asOf: (time) => `Stand ${time}; wird alle 10 Sekunden neu gelesen.`,
  cloud: 'Cloud',
  connected: 'verbunden',
  lost: 'nicht verbunden',
  noCloud: 'keine eingerichtet',
  backlog: 'Wartet auf die Cloud',
  blocks: (count) => (count === 0 ? 'nichts' : `${count} ${count === 1 ? 'Block' : 'Blöcke'}`),
  kept: (bytes, bytesMax) => `Journal ${bytes} von ${bytesMax}`,
  disk: 'Platte',
  free: (bytes) => `${bytes} frei`,
  unknown: 'unbekannt',
  silentData: 'Der Datenteil antwortet nicht: nichts wird bestätigt.',
  troubles: 'Was am Gateway nicht stimmt',
  machines: 'Maschinen',
  noMachine: 'Noch hat keine Maschine etwas gesendet.',
  more: (count) => `und ${count} weitere`,
  states: { critical: 'Kritisch', warning: 'Warnung', maintenance: 'Wartung', none: 'keine Meldung' },
  since: (time) => `seit ${time}`,
  until: (time, by) => `bis ${time}${by && ` (${by})`}`,
  left: (life) => `noch ${life}`,
  waiting: 'Maschinen, die niemand angemeldet hat',
  waitingHelp: 'Aufnehmen mit `harbinger machines accept STANDORT/MASCHINE --type TYP`.',
  messages: (count, held) => `${count} Nachrichten, ${held} davon aufgehoben`,
  toCloud: 'Alles dazu auf der Seite der Cloud',
};

export type SiteTexts = typeof en;

export interface SiteLanguage {
  lang: 'en' | 'de';
  texts: SiteTexts;
}

/** The first of the reader's languages that there is, by the header Accept-Language. */
export function siteLanguage(accepted: string | undefined): SiteLanguage {
  const wanted = (accepted ?? '').split(',').map((each) => each.trim().slice(0, 2).toLowerCase());
  const first = wanted.find((each) => each === 'de' || each === 'en');
  return first === 'de' ? { lang: 'de', texts: de } : { lang: 'en', texts: en };
}
