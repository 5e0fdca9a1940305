/** Requests every answer that the OpenAPI document promises, and compares it with the document. */
import { createPrivateKey } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, it, vi } from 'vitest';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { ApiContract } from '../../shared/http/openapi-contract.testing.ts';
import { bundleOf } from '../../shared/model/trust/bundle.ts';
import { readContents } from '../../shared/model/trust/contents.ts';
import { newKeyPair } from '../../shared/model/trust/keys.ts';
import { signContents, writeSignature } from '../../shared/model/trust/signature.ts';
import { notificationOf, predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { Registry } from '../models/registry.ts';
import type { MachineState } from '../ports/machines.ts';
import type { RetentionAdmin } from '../ports/retention/retention.ts';
import type { Decommissioning } from '../ports/retired/retired.ts';
import { askAboutAlerts } from './alerts/asking.testing.ts';
import { askAboutLog } from './machine-log/asking.testing.ts';
import {
  createMemoryAdmin,
  createMemoryDecommissioning,
  createMemoryOperations,
  createMemoryOutcomes,
  createMemoryStore,
} from './memory-ports.testing.ts';
import { createMemoryTraining } from './models/memory-models.testing.ts';
import { outcomes } from './outcomes/outcomes.testing.ts';
import { askAboutPeople } from './people/asked.testing.ts';
import { alertOf, decisionOf, figures, machineOf, wearingSeries } from './plant-data.testing.ts';
import { askAboutReport } from './report/asking.testing.ts';
import { bearer, startApi, stopAll, token } from './running-api.testing.ts';

afterAll(stopAll);

const modelsDir = mkdtempSync(join(tmpdir(), 'harbinger-models-'));
afterAll(() => rmSync(modelsDir, { recursive: true }));

function openRegistry(dataDir: string): Registry {
  const config = { modelBytesMax: 1 << 20, modelsMax: 10, bytesMax: 1 << 24 };
  const registry = new Registry({ dataDir, config, log: silentLog });
  registry.load();
  return registry;
}

/** Signs a copy of the pump's model. */
function signedBundle(dir: string): Buffer {
  const folder = join(dir, 'pump-rul');
  cpSync(join(packageRoot, 'models', 'artefacts', 'pump-rul'), folder, { recursive: true });
  const key = { name: 'site', privateKey: createPrivateKey(newKeyPair().privatePem) };
  writeSignature(folder, signContents(readContents(folder), key));
  return bundleOf(folder);
}

async function startPlant() {
  const operations = createMemoryOperations();
  operations.set({
    machines: [machineOf(), machineOf({ machine: 'new', health: null, remainingLife: null, source: null })],
  });
  operations.set({ alerts: [alertOf({}), alertOf({ alertId: 'b', state: 'resolved' })] });
  operations.addDecision(decisionOf());
  const event = predictionEvent('opened', 1);
  operations.addEvent(event);
  const entry = {
    atMs: 1,
    gateway: 'gw-1',
    lane: 'readings',
    code: 'STORE_REJECTED',
    reason: 'type',
    bytes: 6,
  };
  const notification = notificationOf(event);
  const admin = createMemoryAdmin({
    quarantined: [{ id: 1, ...entry }],
    dead: [{ notification, atMs: 2, reason: 'the receiver said 400' }],
  });
  const store = createMemoryStore({
    series: (query) => wearingSeries(query, query.toMs),
    sql: async () => ({ columns: ['n', 'text'], rows: [[1n, null]], truncated: false }),
    columns: {
      list: async () => [
        {
          measurement: 'generic',
          name: 'Temp_2',
          key: 'Temp',
          kind: 'field',
          type: 'DOUBLE',
          creator: { gateway: 'gw-1', site: 'leeds', machine: 'pump-1' },
          lastMs: 1,
        },
      ],
      async free(_, names) {
        if (names === 'all') throw new HarbingerError('COLUMN_UNKNOWN', 'store', 'no such table');
        return { freed: [...names], left: [] };
      },
    },
  });
  const state = { ready: true };
  const ready = () => ({ ready: state.ready, reasons: state.ready ? [] : ['the store does not answer'] });
  const outcome = {
    measurements: [{ measurement: 'pump', deleted: 2, deletedForSpace: 0, thinned: 60, means: 1 }],
    isComplete: true,
    notes: [],
  };
  const report = { ...outcome, atMs: 1, durationMs: 2, isDryRun: true, returnedBytes: -3 };
  const retention: RetentionAdmin = {
    state: () => ({
      isSupported: true,
      clockWaitsMs: 0,
      space: { usedBytes: 1, diskBytes: 2, diskSizeBytes: 3 },
      boundBytes: null,
      whenFull: 'refuse',
      daysToBound: 1.5,
      last: report,
    }),
    pass: async () => report,
  };
  const machineTypes = loadMachineTypes();
  const backups = { begin: async () => ({ bytes: 3, stream: Readable.from([Buffer.from('tar')]) }) };
  const decommissioning = plantDecommissioning(operations.ports.machines.all()[0]!);
  const { base } = await startApi({
    operations,
    store,
    ...admin,
    models: openRegistry(modelsDir),
    ...createMemoryTraining(),
    ready,
    machineTypes,
    retention,
    backups,
    decommissioning,
    outcomes: createMemoryOutcomes(outcomes),
  });
  return { base, state, key: notification.key };
}

/** One machine was renamed, of a gateway that may connect. */
function plantDecommissioning(state: MachineState): Decommissioning {
  const counts = { machines: 1, retiredMachines: 1, openAlerts: 0 };
  const contact = { isConnected: false, contact: 'silent', silentSinceMs: 1 } as const;
  const former = { state: { ...state, machine: 'old' }, atMs: 1, why: 'renamed' as const, isBack: false };
  const row = { ...former, into: { gateway: 'north', site: state.site, machine: state.machine } };
  return {
    ...createMemoryDecommissioning(),
    retired: {
      all: () => [row],
      get: () => undefined,
      isGatewayRetired: () => false,
      formerNames: () => [],
      ownSinceMs: () => null,
    },
    gateways: () => [{ gateway: 'north', isConfigured: true, ...counts, ...contact, lastSeenMs: 1, figures }],
  };
}

async function askAboutRetirement(api: ApiContract): Promise<void> {
  const pump = { site: 'leeds', machine: 'pump-1' };
  expect(await api.ask('GET', '/api/machines/retired')).toMatchObject({ machines: [{ why: 'renamed' }] });
  const close = { alertId: 'alert-1', reason: 'a loose cover' };
  await api.ask('POST', '/api/alerts/close', { body: close });
  await api.ask('POST', '/api/alerts/close', { body: { ...close, alertId: 'none' }, status: 404 });
  await askAboutAlerts(api);
  await askAboutLog(api);
  await askAboutReport(api);
  await api.ask('POST', '/api/machines/retire', { body: { machines: [pump] } });
  await api.ask('POST', '/api/machines/retire', { body: { machines: [] }, status: 400 });
  const unknown = { machines: [{ ...pump, machine: 'none' }] };
  await api.ask('POST', '/api/machines/retire', { body: unknown, status: 404 });
  await api.ask('POST', '/api/machines/rename', { body: { from: pump, to: { ...pump, machine: 'p2' } } });
  await api.ask('POST', '/api/machines/delete', { body: { machines: [pump] } });
  expect(await api.ask('GET', '/api/gateways')).toMatchObject({ gateways: [{ gateway: 'north' }] });
  await api.ask('POST', '/api/gateways/retire', { body: { gateway: 'north' } });
  await api.ask('POST', '/api/gateways/rename', { body: { from: 'north', to: 'south' } });
  await api.ask('POST', '/api/gateways/delete', { body: { gateway: 'north' } });
}

async function askAboutOutcomes(api: ApiContract): Promise<void> {
  const list = (query: string) => api.ask('GET', '/api/outcomes', { path: `/api/outcomes${query}` });
  expect(await list('')).toMatchObject({ outcomes: [{ id: 'alert-1' }, { id: 'failure-1' }], total: 2 });
  expect(await list('?verdict=missed&subject=leeds/pump-1')).toMatchObject({ total: 1 });
  expect(await api.ask('GET', '/api/outcomes/statistics')).toMatchObject({
    all: { precision: { count: 1, of: 1 }, recall: { count: 0, of: 1 } },
    policies: [{ name: 'pump-rul', machineType: 'pump', leadMs: { median: 3_600_000 } }],
  });
  const path = '/api/outcomes/statistics?last=0';
  await api.ask('GET', '/api/outcomes/statistics', { path, status: 400 });
  const word = { id: 'alert-1', verdict: 'confirmed', cause: 'seal' };
  await api.ask('POST', '/api/outcomes/set', { body: word });
  await api.ask('POST', '/api/outcomes/set', { body: { ...word, id: 'none' }, status: 404 });
  const pump = { site: 'leeds', machine: 'pump-1' };
  await api.ask('POST', '/api/outcomes', { body: { ...pump, at: '2026-01-01' } });
  await api.ask('POST', '/api/outcomes', { body: { ...pump, at: '2999-01-01' }, status: 400 });
  await api.ask('POST', '/api/outcomes', { body: { ...pump, machine: 'new' }, status: 409 });
}

async function askOfModels(api: ApiContract, bundle: Buffer): Promise<void> {
  expect(await api.ask('GET', '/api/models')).toEqual({ models: [] });
  const one = '/api/models/{name}/{version}';
  await api.ask('GET', one, { path: '/api/models/pump-rul/2.0.0', status: 404 });
  await api.ask('POST', '/api/models', { body: bundle });
  await api.ask('POST', '/api/models', { body: bundle.subarray(1), status: 400 });
  const { models } = (await api.ask('GET', '/api/models')) as { models: object[] };
  expect(models).toMatchObject([{ name: 'pump-rul', version: '2.0.0', key: 'site' }]);
  await api.ask('GET', one, { path: '/api/models/pump-rul/2.0.0' });
  const whole = `${one}/bundle`;
  await api.ask('GET', whole, { path: '/api/models/pump-rul/2.0.0/bundle' });
  await api.ask('GET', whole, { path: '/api/models/pump-rul/2.9.0/bundle', status: 404 });
  const lives = { path: '/api/models/lives?machineType=pump&until=2026-12-31' };
  expect(await api.ask('GET', '/api/models/lives', lives)).toMatchObject({
    lives: expect.arrayContaining([expect.objectContaining({ end: 'failed' })]),
  });
  await api.ask('GET', '/api/models/lives', { path: '/api/models/lives', status: 400 });
  const asked = { machineType: 'pump', why: 'other product' };
  expect(await api.ask('GET', '/api/models/training')).toMatchObject({ running: null, proposals: [{}] });
  await api.ask('POST', '/api/models/training', { body: asked });
  await api.ask('POST', '/api/models/training', { body: { ...asked, machineType: 'kettle' }, status: 404 });
  await api.ask('DELETE', one, { path: '/api/models/pump-rul/2.0.0' });
  await api.ask('DELETE', one, { path: '/api/models/pump-rul/2.0.0', status: 404 });
}

async function askOfGateways(api: ApiContract): Promise<void> {
  const asked = { kind: 'overrides', body: { fleet: true, action: 'mute' }, why: 'trial', who: 'maria' };
  await api.ask('POST', '/api/fleet', { body: asked });
  await api.ask('POST', '/api/fleet', { body: { ...asked, kind: 'none' }, status: 400 });
  expect(await api.ask('GET', '/api/fleet')).toMatchObject({ documents: [{ name: 'one', who: 'maria' }] });
  expect(await api.ask('GET', '/api/models/compared')).toEqual({ trials: [] });
  const name = { kind: 'overrides', name: 'one', why: 'done' };
  await api.ask('DELETE', '/api/fleet', { body: name });
  await api.ask('DELETE', '/api/fleet', { body: name, status: 404 });
}

it('every route answers as the OpenAPI document says', async () => {
  const { base, state, key } = await startPlant();
  const api = await ApiContract.of(base, bearer);
  await api.ask('GET', '/healthz');
  await api.ask('GET', '/readyz');
  state.ready = false;
  await api.ask('GET', '/readyz', { status: 503 });
  await api.ask('GET', '/metrics');
  await api.ask('GET', '/api/status');
  await api.ask('GET', '/api/machines');
  await api.ask('GET', '/api/maintenance');
  await api.ask('GET', '/api/machines/{site}/{machine}', { path: '/api/machines/leeds/pump-1' });
  await api.ask('GET', '/api/machines/{site}/{machine}', { path: '/api/machines/leeds/none', status: 404 });
  const ofPump = '/api/readings?site=leeds&machine=pump-1';
  await api.ask('GET', '/api/readings', { path: `${ofPump}&sensor=current` });
  await api.ask('GET', '/api/readings', { path: `${ofPump}&measurement=estimate` });
  await api.ask('GET', '/api/readings', { path: `${ofPump}&points=0`, status: 400 });
  for (const list of ['alerts', 'events', 'decisions', 'quarantine', 'notifications/dead']) {
    const page = (await api.ask('GET', `/api/${list}`)) as { items?: unknown[]; alerts?: unknown[] };
    expect(page.items ?? page.alerts, list).not.toHaveLength(0);
  }
  await api.ask('POST', '/api/query', { body: { sql: 'select 1' } });
  await api.ask('GET', '/api/quarantine/{id}', { path: '/api/quarantine/1' });
  await api.ask('POST', '/api/quarantine/redrive', { body: { ids: [1] } });
  await api.ask('POST', '/api/quarantine/redrive', { body: {}, status: 400 });
  await api.ask('GET', '/api/retention');
  await api.ask('POST', '/api/retention/run', { body: { dryRun: true } });
  await api.ask('POST', '/api/retention/run', { body: { dry: true }, status: 400 });
  await api.ask('POST', '/api/backup', { body: { credentials: false } });
  await api.ask('POST', '/api/backup', { body: { secrets: true }, status: 400 });
  await askAboutRetirement(api);
  await askAboutOutcomes(api);
  await askOfGateways(api);
  await askOfModels(api, signedBundle(modelsDir));
  await api.ask('GET', '/api/columns');
  await api.ask('POST', '/api/columns/free', { body: { measurement: 'generic', names: ['Temp'] } });
  await api.ask('POST', '/api/columns/free', { body: { measurement: 'none', all: true }, status: 404 });
  await api.ask('POST', '/api/columns/free', { body: { measurement: 'generic' }, status: 400 });
  await api.ask('POST', '/api/notifications/redrive', { body: { keys: [key] } });
  await api.ask('GET', '/api/audit');
  await streamKeepsItsWord(base, api);
  await askAboutPeople(api, token);
  await api.ask('GET', '/api/configuration/changes');
  await api.ask('POST', '/api/configuration/reload');
  expect(api.unasked()).toEqual([]);
});

async function streamKeepsItsWord(base: string, api: ApiContract): Promise<void> {
  const schema = api.schemaOf('GET', '/api/stream', 'text/event-stream') as {
    'x-events': Record<string, object>;
  };
  const leave = new AbortController();
  const response = await fetch(`${base}/api/stream`, { headers: bearer, signal: leave.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  await vi.waitFor(async () => {
    text += (await reader.read()).value ?? '';
    expect(text).toMatch(/event: snapshot\ndata: .*\n\n/);
  }, 30_000);
  leave.abort();
  for (const [, event, data] of text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)) {
    api.check(schema['x-events'][event!] ?? { not: {} }, JSON.parse(data!), `event ${event}`);
  }
}
