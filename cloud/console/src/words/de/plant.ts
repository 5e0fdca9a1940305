import type { Texts } from '../en/en.ts';
import { models, overrides } from './models.ts';

export const plant: Texts['plant'] = {
  all: 'Alle Gateways',
  none: 'Noch kein Gateway bekannt',
  noneHelp:
    'Ein Gateway erscheint, wenn es sich zum ersten Mal verbunden hat oder in der Konfiguration der Cloud steht.',
  connected: 'Verbunden',
  contacts: {
    heard: 'Verbindung gerade verloren',
    silent: 'Stumm',
    stopped: 'Ordentlich angehalten',
    idle: 'Verbunden, sendet nichts',
    unknown: 'Noch nie verbunden',
  },
  forTime: (duration) => ` seit ${duration}`,
  notConfigured: ' · darf sich nicht mehr verbinden',
  heard: (age) => `zuletzt gehört ${age}`,
  machines: (machines, alerts) =>
    `${machines === 1 ? 'eine Maschine' : `${machines} Maschinen`}, ${alerts === 0 ? 'keine offene Meldung' : alerts === 1 ? 'eine offene Meldung' : `${alerts} offene Meldungen`}`,
  figures: {
    version: (version, since) => `Version ${version}, gestartet ${since}`,
    nothingWaits: 'nichts wartet',
    waits: (blocks, share) =>
      `${blocks} ${blocks === 1 ? 'Block wartet' : 'Blöcke warten'} auf die Cloud (${share} seines Platzes)`,
    disk: (free, share) => `${free} frei (${share})`,
    clock: (by, isAhead) => `Uhr geht ${by} ${isAhead ? 'vor' : 'nach'}`,
    deadLetters: (count) => `${count} ${count === 1 ? 'Nachricht' : 'Nachrichten'} beiseitegelegt`,
    refused: (count) => `${count} ${count === 1 ? 'Batch' : 'Batches'} abgelehnt`,
    certificate: (time) => `Zertifikat noch ${time}`,
  },
  noTrouble:
    'Nichts gemeldet: Uhr, Platte, Rückstau, Zertifikate und Entscheidungen sind, wie sie sein sollen.',
  notHeard:
    'Solange es nicht gehört wird, ist nichts von ihm bekannt; was es gemessen hat, kommt, wenn es zurück ist.',
  wanted: (all, others) =>
    `${all === 1 ? 'Eine Vorgabe' : `${all} Vorgaben`}${others === 0 ? ', in Kraft' : `; ${others} nicht in Kraft`}`,
  nothingSaid: 'es hat noch nicht geantwortet',
  inForce: 'in Kraft',
  models,
  overrides,
  audit: {
    latest: 'Letzte Änderungen',
    about:
      'Jede Änderung, die ein Mensch oder Programm verlangt hat: einmal beim Verlangen, einmal nach dem Ende.',
    older: 'Ältere zeigen',
    none: 'Noch hat niemand etwas geändert',
    noneHelp: 'Was quittiert, geschlossen, erneut gesendet oder gesetzt wird, steht danach hier.',
    when: 'Wann',
    who: 'Wer',
    what: 'Was',
    subject: 'Worüber',
    outcome: 'Wie es ausging',
    asked: 'verlangt',
  },
  inbox: {
    quarantine: 'In der Cloud beiseitegelegt',
    quarantineAbout:
      'Messwerte, die ein Gateway geliefert hat und die der Speicher nie annehmen kann (Quarantäne). Sie sind ganz erhalten. Beheben Sie die Ursache und senden Sie sie dann erneut.',
    noQuarantine: 'Nichts liegt beiseite.',
    from: (gateway, time, bytes) => `Gateway ${gateway} · ${time} · ${bytes} Bytes`,
    content: 'Was darin steht',
    sendAgain: 'Erneut senden',
    allAgain: (count) => `Alle ${count} erneut senden`,
    redriveAbout: (count) =>
      `${count === 1 ? 'Ein Eintrag geht' : `${count} Einträge gehen`} noch einmal zum Speicher. Was wieder abgelehnt wird, bleibt hier, mit dem Grund.`,
    redeliverAbout: (count) =>
      `${count === 1 ? 'Eine Nachricht geht' : `${count} Nachrichten gehen`} noch einmal zum Empfänger.`,
    sentAgain: (sent, kept, reasons) =>
      `${sent} erneut gesendet${kept === 0 ? '.' : `, ${kept} bleiben hier: ${reasons}`}`,
    undelivered: 'Nicht zugestellt',
    undeliveredAbout:
      'Nachrichten über Meldungen, die ihre Empfänger auch nach vielen Versuchen nicht angenommen haben.',
    noUndelivered: 'Alle Nachrichten sind angekommen oder unterwegs.',
    when: 'Wann',
    receiver: 'Empfänger',
    about: 'Worüber',
    why: 'Warum',
    atGateways: 'An den Gateways',
    atGatewaysAbout:
      'Maschinen, die niemand angemeldet hat, und Nachrichten, die nicht lesbar waren (Dead Letters), warten an dem Gateway, das sie bekam. Seine eigene Seite zeigt sie: http://GATEWAY:8081/ am Standort.',
  },
  people: {
    title: 'Menschen und Programme',
    about: 'Jeder hat Namen, Rolle und Schlüssel für sich, damit das Änderungsbuch sagt, wer es war.',
    none: 'Noch hat niemand einen Namen',
    noneHelp:
      'Wer sich jetzt anmeldet, nutzt einen Schlüssel der Konfiguration. Fügen Sie Menschen hinzu, damit Änderungen einen Namen haben.',
    noRight: 'Nur Admins sehen, wer sich anmelden darf',
    noRightHelp: 'Fragen Sie einen, oder melden Sie sich mit dem Schlüssel eines Admins an.',
    heads: ['Name', 'Ist', 'Rolle', 'Seit', 'Bis', 'Notiz', ''],
    add: 'Hinzufügen',
    addAbout: 'Der Schlüssel wird einmal gezeigt und nirgends aufbewahrt.',
    name: 'Name',
    kind: 'Ist',
    kinds: { user: 'ein Mensch', token: 'ein Programm' },
    role: 'Darf',
    roles: {
      viewer: 'schauen (viewer)',
      operator: 'schauen und an Meldungen arbeiten (operator)',
      admin: 'alles (admin)',
    },
    token: (token) => `Der Schlüssel, nur dieses eine Mal gezeigt: ${token}`,
    noHash:
      'Der Browser erzeugt Schlüssel nur über HTTPS oder am Rechner der Cloud selbst: nehmen Sie `harbinger users add`.',
    noEnd: 'ohne Ende',
    revoke: 'Entziehen',
    revokeAbout: (name) => `${name} wird sofort abgemeldet und kann sich nicht mehr anmelden.`,
  },
  settings: {
    receivers: 'Wer von Meldungen erfährt',
    receiversAbout:
      'Empfänger stehen in der Konfiguration der Cloud. Ein Test sendet eine Meldung, die beginnt und gleich endet.',
    noReceiver: 'Niemand erfährt von Meldungen',
    noReceiverHelp:
      'Fügen Sie der Konfiguration der Cloud einen Empfänger hinzu: E-Mail, Webhook, ntfy, MQTT und andere.',
    receiverHeads: ['Empfänger', 'Wie es geht', 'Wartend', ''],
    neverConfirmed: 'wurde seit dem Start nicht gebraucht',
    confirmed: (age) => `bestätigt ${age}`,
    fails: (time, error) => `scheitert seit ${time}: ${error}`,
    test: 'Test senden',
    testAbout: (name) => `${name} bekommt eine Meldung, die sagt, dass sie ein Test ist.`,
    tested: (name) => `${name} hat sie bestätigt.`,
    maintenance: 'Wartung',
    maintenanceAbout:
      'Laufend oder geplant. Währenddessen wird nichts gemeldet. Begonnen und beendet wird sie am Gateway, z. B. `harbinger maintenance start leeds/pump-1 --for 4h`.',
    noMaintenance: 'Keine läuft oder ist geplant',
    noMaintenanceHelp: 'Sagen Sie es vor einer Reparatur: eine Meldung, die alle erwarten, hilft niemandem.',
    maintenanceHeads: ['Wo', 'Von', 'Bis', 'Wer und warum'],
  },
};
