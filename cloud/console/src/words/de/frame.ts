import type { Texts } from '../en/en.ts';

export const frame: Texts['frame'] = {
  skip: 'Zum Inhalt',
  views: 'Ansichten',
  fleet: 'Maschinen',
  alerts: 'Meldungen',
  decisions: 'Entscheidungen',
  signOut: 'Abmelden',
  language: 'Sprache',
  pills: { connecting: 'Verbindet', live: 'Live', lost: 'Nicht live' },
  lostBefore: 'Keine Verbindung zu Harbinger. Neuer Versuch läuft…',
  lostSince: (time) => `Verbindung verloren: Stand von ${time}. Neuer Versuch läuft…`,
  notReady: (reasons) => `Die Cloud ist nicht bereit: ${reasons}.`,
  noReason: 'kein Grund genannt',
  undelivered: 'Einige Meldungen haben ihre Empfänger nicht erreicht: ',
  undeliveredLink: 'was nicht zugestellt wurde',
  token: 'Zugangsschlüssel',
  tokenHelp:
    'Ihrer, wie `harbinger users add` ihn gezeigt hat, oder der Wert von api.token in der Konfiguration der Cloud.',
  signIn: 'Anmelden',
  wrongToken: 'Dieser Schlüssel gilt nicht.',
  onlyHere:
    'Ohne Schlüssel antwortet Harbinger nur diesem Rechner: öffnen Sie http://localhost mit seinem Port.',
  noAnswer: 'Harbinger antwortet nicht.',
  onlyReads: 'Dieser Schlüssel erlaubt nur das Lesen: melden Sie sich mit einem an, der Änderungen erlaubt.',
  loading: 'Lädt…',
  now: 'jetzt',
  ago: (duration) => `vor ${duration}`,
  notKnown: ' unbekannt',
  cancel: 'Abbrechen',
  tryAgain: 'Neuer Versuch in einigen Sekunden.',
};
