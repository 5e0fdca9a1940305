/** Texts of gateways, what was set aside, settings and the audit. Models and overrides are in models.ts. */
import { models, overrides } from './models.ts';

export const plant = {
  all: 'All gateways',
  none: 'No gateway is known yet',
  noneHelp:
    'A gateway appears when it has connected for the first time, or is named in the configuration of the cloud.',
  connected: 'Connected',
  contacts: {
    heard: 'Connection lost just now',
    silent: 'Silent',
    stopped: 'Stopped in order',
    idle: 'Connected, sends nothing',
    unknown: 'Never connected',
  },
  forTime: (duration: string) => ` for ${duration}`,
  notConfigured: ' · may not connect any more',
  heard: (age: string) => `last heard ${age}`,
  machines: (machines: number, alerts: number) =>
    `${machines === 1 ? 'one machine' : `${machines} machines`}, ${alerts === 0 ? 'no open alert' : alerts === 1 ? 'one open alert' : `${alerts} open alerts`}`,
  figures: {
    version: (version: string, since: string) => `Version ${version}, started ${since}`,
    nothingWaits: 'nothing waits',
    waits: (blocks: number, share: string) =>
      `${blocks} ${blocks === 1 ? 'block waits' : 'blocks wait'} for the cloud (${share} of its room)`,
    disk: (free: string, share: string) => `${free} free (${share})`,
    clock: (by: string, isAhead: boolean) => `clock ${by} ${isAhead ? 'ahead' : 'behind'}`,
    deadLetters: (count: number) => `${count} ${count === 1 ? 'message' : 'messages'} set aside`,
    refused: (count: number) => `${count} ${count === 1 ? 'batch' : 'batches'} refused`,
    certificate: (time: string) => `certificate for ${time}`,
  },
  noTrouble:
    'Nothing is reported: its clock, disk, backlog, certificates and decisions are as they should be.',
  notHeard: 'Nothing is known of it while it is not heard; what it has measured comes when it is back.',
  wanted: (all: number, others: number) =>
    `${all === 1 ? 'One thing is' : `${all} things are`} wanted of it${others === 0 ? ', and in force' : `; ${others} not in force`}`,
  nothingSaid: 'it has not answered yet',
  inForce: 'in force',
  models,
  overrides,
  audit: {
    latest: 'Latest changes',
    about:
      'Every change that a person or program has asked for: once when it was asked for, and once when it had ended.',
    older: 'Show older ones',
    none: 'Nobody has changed anything yet',
    noneHelp: 'Whatever is acknowledged, closed, sent again or set stands here afterwards.',
    when: 'When',
    who: 'Who',
    what: 'What',
    subject: 'About',
    outcome: 'How it ended',
    asked: 'asked for',
  },
  inbox: {
    quarantine: 'Set aside in the cloud',
    quarantineAbout:
      'Readings that a gateway has delivered and the store can never take (quarantine). They are kept whole. Correct the cause, then send them again.',
    noQuarantine: 'Nothing is set aside.',
    from: (gateway: string, time: string, bytes: string) => `gateway ${gateway} · ${time} · ${bytes} bytes`,
    content: 'What it says',
    sendAgain: 'Send again',
    allAgain: (count: number) => `Send all ${count} again`,
    redriveAbout: (count: number) =>
      `${count === 1 ? 'One entry goes' : `${count} entries go`} to the store once more. What is refused again stays here, with the reason.`,
    redeliverAbout: (count: number) =>
      `${count === 1 ? 'One notification goes' : `${count} notifications go`} to its receiver once more.`,
    sentAgain: (sent: number, kept: number, reasons: string) =>
      `${sent} sent again${kept === 0 ? '.' : `, ${kept} stay here: ${reasons}`}`,
    undelivered: 'Not delivered',
    undeliveredAbout: 'Notifications of alerts that their receivers did not take, after many attempts.',
    noUndelivered: 'All notifications have arrived, or are on their way.',
    when: 'When',
    receiver: 'Receiver',
    about: 'About',
    why: 'Why',
    atGateways: 'At the gateways',
    atGatewaysAbout:
      'Machines that nobody has declared, and messages that could not be read (dead letters), wait at the gateway that got them. Its own page shows them: http://GATEWAY:8081/ at the site.',
  },
  people: {
    title: 'People and programs',
    about: 'Each has a name, a role and a token of its own, so that the record of changes says who it was.',
    none: 'Nobody has a name yet',
    noneHelp:
      'Whoever signs in now uses a token of the configuration. Add people, so that changes have a name.',
    noRight: 'Only admins see who may sign in',
    noRightHelp: 'Ask one of them, or sign in with a token of an admin.',
    heads: ['Name', 'Is', 'Role', 'Since', 'Until', 'Note', ''],
    add: 'Add',
    addAbout: 'The token is shown once, and kept nowhere.',
    name: 'Name',
    kind: 'Is',
    kinds: { user: 'a person', token: 'a program' },
    role: 'May',
    roles: {
      viewer: 'look (viewer)',
      operator: 'look, and work on alerts (operator)',
      admin: 'do everything (admin)',
    },
    token: (token: string) => `The token, shown this once: ${token}`,
    noHash:
      'The browser makes tokens only over HTTPS or on the cloud’s own computer: use `harbinger users add`.',
    noEnd: 'no end',
    revoke: 'Revoke',
    revokeAbout: (name: string) => `${name} is signed out at once, and cannot sign in any more.`,
  },
  settings: {
    receivers: 'Who is told of alerts',
    receiversAbout:
      'Receivers are set in the configuration of the cloud. A test sends an alert that opens and ends at once.',
    noReceiver: 'Nobody is told of alerts',
    noReceiverHelp:
      'Add a notifier to the configuration of the cloud: e-mail, webhook, ntfy, MQTT and others.',
    receiverHeads: ['Receiver', 'How it goes', 'Waiting', ''],
    neverConfirmed: 'has not been needed since the start',
    confirmed: (age: string) => `confirmed ${age}`,
    fails: (time: string, error: string) => `fails since ${time}: ${error}`,
    test: 'Send a test',
    testAbout: (name: string) => `${name} gets an alert that says it is a test.`,
    tested: (name: string) => `${name} has confirmed it.`,
    maintenance: 'Maintenance',
    maintenanceAbout:
      'On or planned. Meanwhile nothing is raised. It is begun and ended at the gateway, e.g. `harbinger maintenance start leeds/pump-1 --for 4h`.',
    noMaintenance: 'None is on or planned',
    noMaintenanceHelp: 'Before a repair, say so: an alert that everybody expects helps nobody.',
    maintenanceHeads: ['Where', 'From', 'To', 'Who and why'],
  },
};
