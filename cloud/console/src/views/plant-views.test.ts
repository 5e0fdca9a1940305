/** Views of gateways, what was set aside, models, settings and the audit, drawn without a browser. */
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { condition } from '../../../../shared/notifiers/condition.testing.ts';
import type { Gateway, Person, RegisteredModel, ShownDocument, Trial } from '../api/plant-wire.ts';
import { AskDialog, question } from '../parts/ask.tsx';
import { Section } from '../parts/layout/section.tsx';
import { alertOf } from '../plant.testing.ts';
import type { Alert } from '../wire.ts';
import { AuditTable } from './audit/audit.tsx';
import { GatewayList } from './gateways/gateways.tsx';
import { gatewayModels } from './gateways/gateways-model.ts';
import { QuarantineList, UndeliveredList } from './inbox/inbox-lists.tsx';
import { payloadText } from './inbox/payload-model.ts';
import { LogList } from './machine/machine-log.tsx';
import { Trials } from './models/models.tsx';
import { outcomeRows, roleRequest, versionModels } from './models/models-model.ts';
import { OverrideTable } from './models/overrides.tsx';
import { overrideRequest } from './models/overrides-model.ts';
import { Versions } from './models/versions.tsx';
import { PeopleTable } from './settings/people.tsx';
import { Maintenance, Receivers } from './settings/settings.tsx';
import { newToken } from './settings/token.ts';

const nowMs = 1_750_000_000_000;
const ignore = () => {};

const gateway = (over: Partial<Gateway> = {}): Gateway => ({
  ...{ gateway: 'gw-1', isConfigured: true, machines: 2, retiredMachines: 0, openAlerts: 1 },
  ...{ lastSeenMs: nowMs - 60_000, isConnected: true, contact: 'heard', silentSinceMs: null, figures: null },
  ...over,
});

const figures: Gateway['figures'] = {
  ...{ version: '1.2.3', startedMs: nowMs - 86_400_000, backlog: { blocks: 0, share: 0 } },
  ...{ disk: { freeBytes: 12e9, freeShare: 0.24 }, aheadOfCloudMs: 3_000, deadLetters: 2 },
  ...{ refusedBatches: 0, certificateExpiresMs: nowMs + 864_000_000, models: ['pump-rul@2.0.0'] },
  atMs: nowMs - 1_000,
};

const document = (body: Record<string, unknown>, over: Partial<ShownDocument> = {}): ShownDocument => ({
  ...{ kind: 'models', name: 'active:pump', version: 1, body, who: 'anna', why: 'better', askedMs: nowMs },
  ...{ text: `${body.model} judges`, isOver: false },
  gateways: [{ gateway: 'gw-1', version: 1, state: 'in-force', atMs: nowMs, differs: null }],
  ...over,
});

describe('gateways', () => {
  it('say how they are heard, what is wrong, and whether they have what is wanted', () => {
    const { prediction: _, ...state } = alertOf({});
    const about = { kind: 'gateway' as const, name: 'gw-1' };
    const alert: Alert = {
      ...state,
      condition: { ...condition, about, reasons: ['The disk is almost full.'] },
    };
    const refused = document(
      { model: 'pump-rul@2' },
      {
        gateways: [{ gateway: 'gw-1', version: 1, state: 'refused', atMs: 1, differs: 'not enough memory' }],
      },
    );
    const silent = gateway({
      gateway: 'gw-2',
      contact: 'silent',
      isConnected: false,
      silentSinceMs: nowMs - 3_600_000,
    });
    const models = gatewayModels(
      [gateway({ gateway: 'gw-0', figures }), gateway(), silent],
      [refused],
      [alert],
      nowMs,
    );
    expect(models.map(({ name, state: shown }) => [name, shown])).toEqual([
      ['gw-1', condition.severity],
      ['gw-2', 'silent'],
      ['gw-0', 'ok'],
    ]);
    const html = renderToString(h(GatewayList, { models }));
    expect(html).toContain(
      'Version 1.2.3, started 1 d ago · nothing waits · 12 GB free (24 %) · clock 3 s ahead · 2 messages set aside · certificate for 10 d · pump-rul@2.0.0',
    );
    expect(html).toContain('The disk is almost full.');
    expect(html).toContain('Silent for 1 h');
    expect(html).toContain('One thing is wanted of it; 1 not in force');
    expect(html).toContain('not enough memory');
    expect(renderToString(h(GatewayList, { models: [] }))).toContain('No gateway is known yet');
  });
});

describe('what was set aside', () => {
  it('can be read, as text or as bytes, and sent again', () => {
    expect(payloadText(btoa('pump,machine=a x=1'))).toBe('pump,machine=a x=1');
    expect(payloadText(btoa('\xff\x00'))).toBe('ff 00');
    expect(payloadText(btoa('a'.repeat(30_000)))).toMatch(/a\n…$/);
    const item = {
      id: 7,
      atMs: nowMs,
      gateway: 'gw-1',
      lane: 'readings',
      code: 'X',
      reason: 'Too wide',
      bytes: 9,
    };
    expect(renderToString(h(QuarantineList, { items: [item], onRedrive: ignore }))).toContain('Too wide');
    expect(renderToString(h(QuarantineList, { items: [], onRedrive: ignore }))).toContain(
      'Nothing is set aside.',
    );
    const dead = {
      key: 'k',
      notifier: 'mail',
      change: 'opened',
      attempts: 9,
      atMs: nowMs,
      reason: 'refused',
    };
    const event = { subject: 'leeds/pump-1', type: 't' };
    const html = renderToString(h(UndeliveredList, { items: [{ ...dead, event }], onRedrive: ignore }));
    expect(html).toContain('leeds/pump-1 opened');
  });
});

describe('models', () => {
  const registered = (version: string): RegisteredModel => ({
    ...{ name: 'pump-rul', version, machineType: 'pump', contractHash: '', digest: '', key: 'release' },
    ...{ fingerprint: '', bytes: 1, sha256: '', pushedMs: nowMs },
  });
  const active = document({
    role: 'active',
    machineType: 'pump',
    model: 'pump-rul@1.0.0',
    before: 'pump-rul@0.9.0',
  });

  it('say what each version does; the one that judges can be rolled back, others tried and promoted', () => {
    const models = [registered('2.0.0'), registered('1.0.0')];
    const html = renderToString(h(Versions, { models, documents: [active], onChanged: ignore }));
    expect(html).toContain('pump-rul@1.0.0 judges');
    expect(html).toContain('Roll back to pump-rul@0.9.0');
    expect(html.match(/Promote…/g)).toHaveLength(1);
    const [newer] = versionModels(models, [active]);
    expect(roleRequest(newer!, 'active', { who: 'anna', why: 'better' }, [active]).body).toEqual({
      ...{ role: 'active', machineType: 'pump', model: 'pump-rul@2.0.0', before: 'pump-rul@1.0.0' },
    });
    expect(roleRequest(newer!, 'ab', { who: '', why: '', share: 20 }, []).body).toMatchObject({ share: 0.2 });
  });

  it('are compared side by side, and by what their warnings were', () => {
    const share = { value: 0.5, low: 0.2, high: 0.8, count: 2, of: 4 };
    const variant = (model: string) => ({
      ...{ model, machineMonths: 1, latencyMs: { median: 2, p99: 9 } },
      wrong: { value: 0.1, low: 0, high: 0.3, count: 1 },
    });
    const figures = {
      ...{ machineType: 'pump', role: 'shadow', candidate: 'b', against: 'a', readings: 1_000, machines: 3 },
      alerts: { both: 4, raised: 1, spared: 2 },
    } as unknown as Trial['figures'];
    const trial: Trial = {
      ...{ gateways: ['gw-1'], figures, agreement: share, machineMonthsNeeded: 2 },
      ...{ candidate: variant('b'), against: variant('a') },
    };
    const html = renderToString(h(Trials, { trials: [trial] }));
    expect(html).toContain('b beside a, machines of type pump');
    expect(html).toContain('warnings: 4 of both, 1 of the new one alone');
    expect(renderToString(h(Trials, { trials: [] }))).toContain('No version is being tried');
    const warnings = { total: 4, confirmed: 2, falseAlarms: 2, planned: 0, unknown: 0 };
    const counted = { warnings, precision: share, recall: null, leadMs: { median: 3_600_000 } };
    const policy = { ...counted, policy: 'model', name: 'pump-rul', version: '1', machineType: 'pump' };
    expect(outcomeRows({ all: counted, policies: [policy] })[0]?.cells).toEqual([
      ...['model pump-rul 1', 'pump', '4', '2 / 2', '50 %', '–', '1 h'],
    ]);
  });

  it('are overruled by people: where, what, for how long', () => {
    const said = { action: 'mute', model: '', hours: '2', who: ' anna ', why: 'new bearing' };
    expect(overrideRequest({ ...said, where: ' leeds/pump-1 ' }, nowMs)).toEqual({
      ...{ kind: 'overrides', who: 'anna', why: 'new bearing', untilMs: nowMs + 7_200_000 },
      body: { site: 'leeds', machine: 'pump-1', action: 'mute' },
    });
    expect(overrideRequest({ ...said, where: 'type:pump', hours: '' }, nowMs)).not.toHaveProperty('untilMs');
    expect(overrideRequest({ ...said, where: '*' }, nowMs).body).toMatchObject({ fleet: true });
    const of = document({ action: 'mute' }, { kind: 'overrides', text: 'leeds is muted', isOver: false });
    const props = { nowMs, onRemove: ignore };
    expect(renderToString(h(OverrideTable, { ...props, documents: [of] }))).toContain('leeds is muted');
    expect(renderToString(h(OverrideTable, { ...props, documents: [{ ...of, isOver: true }] }))).toContain(
      'Nothing is overruled.',
    );
  });
});

describe('settings', () => {
  it('show who may sign in, who is told, and maintenance', async () => {
    const person: Person = { name: 'anna', kind: 'user', role: 'operator', addedMs: nowMs, by: 'ben' };
    expect(renderToString(h(PeopleTable, { people: [person], onRevoke: ignore }))).toContain('anna');
    expect(renderToString(h(PeopleTable, { people: [], onRevoke: ignore }))).toContain(
      'Nobody has a name yet',
    );
    const mail = {
      name: 'mail',
      confirmedMs: null,
      failingSinceMs: nowMs,
      lastError: 'refused',
      waiting: 2,
      summedUp: 1,
    };
    const html = renderToString(h(Receivers, { receivers: [mail], nowMs, onTest: ignore }));
    expect(html).toMatch(/fails since .*: refused/);
    const window = {
      gateway: 'gw-1',
      windowId: 'w',
      site: 'leeds',
      fromMs: 1,
      toMs: 2,
      by: 'anna',
      note: 'oil',
    };
    expect(renderToString(h(Maintenance, { windows: [window] }))).toContain('anna: oil');
    const { token, tokenHash } = await newToken();
    expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(tokenHash).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('ask before anything is changed', () => {
    const fields = [{ name: 'why', label: 'Why', isRequired: true }];
    question.value = {
      title: 'Revoke',
      about: 'At once',
      verb: 'Do it',
      fields,
      send: async () => undefined,
    };
    expect(renderToString(h(AskDialog, {}))).toMatch(/Revoke.*At once.*ask-why.*Do it/s);
    question.value = null;
    expect(renderToString(h(AskDialog, {}))).toBe('');
  });
});

it('the maintenance log says what was done, by whom', () => {
  const entry = { entryId: 'e', kind: 'repaired', atMs: nowMs, by: 'ben', note: 'new seal' };
  expect(renderToString(h(LogList, { entries: [entry] }))).toMatch(/Repaired.*ben: new seal/);
  expect(renderToString(h(LogList, { entries: [] }))).toContain('Nobody has written anything down yet');
});

it('the audit says who changed what, and how it ended', () => {
  const entry = {
    atMs: nowMs,
    action: 'alerts.close',
    subject: 'a1',
    by: 'anna',
    address: '::1',
    outcome: null,
  };
  const html = renderToString(h(AuditTable, { entries: [entry, { ...entry, outcome: 'done' }] }));
  expect(html).toContain('alerts.close');
  expect(html).toContain('asked for');
  expect(renderToString(h(AuditTable, { entries: [] }))).toContain('Nobody has changed anything yet');
});

it('a part of a view loads, fails, is old, or is there', () => {
  const drawn = (data: string | null, problem: string) =>
    renderToString(
      h(Section<string>, { title: 'Part', loaded: { data, error: null, problem }, children: (text) => text }),
    );
  expect(drawn(null, '')).toContain('Loading');
  expect(drawn(null, 'no store')).toContain('no store');
  expect(drawn('content', 'no store')).toMatch(/What you see is older: no store.*content/);
  expect(drawn('content', '')).toContain('content');
});
