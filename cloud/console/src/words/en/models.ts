/** Texts of models and overrides. */
export const models = {
  versions: 'Versions',
  versionsAbout: 'What the registry has, and what each version does now.',
  versionHeads: ['Version', 'For machines of type', 'What it does', 'Signed by, pushed', ''],
  doesNothing: 'nothing',
  none: 'The registry has no model',
  noneHelp: 'Machines are judged by their own past and by limits. Push a model with `harbinger models push`.',
  actions: { shadow: 'Run beside', ab: 'Judge a share', active: 'Promote' },
  about: {
    shadow: (ref: string, type: string) =>
      `${ref} is asked about live readings of machines of type ${type}, and nothing follows from what it says.`,
    ab: (ref: string, type: string) =>
      `${ref} judges a share of the machines of type ${type}, in place of the version that judges now.`,
    active: (ref: string, type: string) =>
      `${ref} judges all machines of type ${type}. The version before it stays warm, and comes back by itself if this one is worse.`,
  },
  share: 'Share of the machines, per cent',
  rollBack: (ref: string) => `Roll back to ${ref}`,
  drift: 'Drift',
  driftAbout: 'Whether what models get is still like what they were trained on.',
  noDrift: 'No model gets anything unusual.',
  trials: 'Side by side',
  trialsAbout: 'Versions that run beside the one that judges, or judge a share.',
  noTrial: 'No version is being tried',
  noTrialHelp: 'Let a new version run beside before you promote it.',
  trial: (candidate: string, role: string, against: string, type: string) =>
    `${candidate} ${role} ${against}, machines of type ${type}`,
  roles: { shadow: 'beside', ab: 'in place of', guard: 'after' } as Readonly<Record<string, string>>,
  trialSeen: (readings: string, machines: number) => `${readings} readings of ${machines} machines`,
  agreed: (share: string) => `agreed in ${share}`,
  warned: (both: number, raised: number, spared: number) =>
    `warnings: ${both} of both, ${raised} of the new one alone, ${spared} of the other one alone`,
  latency: (candidate: string, other: string) => `answers in ${candidate} ms, the other one in ${other} ms`,
  wrong: (model: string, value: string, low: string, high: string) =>
    `${model}: wrong ${value} times in a machine-month (${low} to ${high})`,
  needed: (months: string) =>
    `each must judge ${months} machine-months more before a difference means anything`,
  outcomes: 'What warnings turned out to be',
  outcomesAbout:
    'By who warned. “Right” has those that were confirmed, of those that were confirmed or false alarms.',
  outcomeHeads: [
    'Who warned',
    'Machines of type',
    'Warnings',
    'Confirmed / false',
    'Right',
    'Failures warned of',
    'How early',
  ],
  noOutcome: 'Nobody has said yet what a warning was',
  noOutcomeHelp: 'Closing an alert asks what it was; a reported failure says it by itself.',
  decisions: 'All single decisions, with their inputs and reasons',
};

export const overrides = {
  title: 'Overruled by people',
  about: 'What a person has set in place of what gateways would decide by themselves.',
  none: 'Nothing is overruled.',
  heads: ['What', 'Who and why', 'Until', 'How it stands', ''],
  untilRemoved: 'until it is removed',
  add: 'Overrule',
  addAbout: 'It is in force within seconds at gateways that are connected, and ends by itself.',
  remove: 'End it',
  fields: {
    action: 'What',
    where: 'Where: SITE/MACHINE, SITE, type:NAME, or * for all',
    model: 'Version, only to pin one: NAME@VERSION',
    hours: 'For so many hours (empty: until it is removed)',
  },
  actions: {
    mute: 'nobody is told of alerts (mute)',
    rules: 'rules decide, and no model (rules)',
    stop: 'no version of a model is rolled out further (stop)',
    pin: 'one version of the model judges (pin)',
    alert: 'an alert is open, whatever is measured (alert)',
  },
};
