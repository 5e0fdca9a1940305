/** A gateway's HTTP server for tests, on a free port, with dead letters in memory. */

import { Type } from '@sinclair/typebox';
import { Counter, Registry } from 'prom-client';
import { sameConfig } from '../../shared/config/reload.testing.ts';
import { predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import { Metrics } from '../../shared/parts/metrics.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { type Log, silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { DeadLetter, DeadLetterOperations } from '../ports/dead-letters.ts';
import type { DeviceAdmin } from '../ports/devices/devices.ts';
import type { DeadNoticeAdmin } from '../ports/kept-items.ts';
import type { LimitAdmin } from '../ports/limits/limits.ts';
import type { MaintenanceAdmin } from '../ports/maintenance/maintenance.ts';
import type { OnboardingAdmin } from '../ports/onboarding/onboarding.ts';
import type { WatchAdmin } from '../ports/onboarding/watching.ts';
import type { RefusedOperations } from '../ports/refused-batches.ts';
import type { MachineAdmin, SessionAdmin } from '../ports/retiring.ts';
import { GatewayHttpConfig } from './config.ts';
import { memorySite } from './page/memory-site.testing.ts';
import { createGatewayHttp, type GatewayHttp } from './server.ts';

const readConfig = compileValidator(GatewayHttpConfig);
export const clock = manualClock();
export const running: GatewayHttp[] = [];

export async function stopAll(): Promise<void> {
  for (const server of running.splice(0)) await server.stop();
}

export function memoryLetters(count: number): DeadLetterOperations {
  const letters = new Map<number, DeadLetter>();
  for (let id = 1; id <= count; id++) {
    const about = {
      topic: 'telemetry/lab/p1',
      client: 'c1',
      stage: 'decode',
      code: 'DECODE_JSON',
      reason: 'no JSON',
    };
    letters.set(id, { id, atMs: 1_767_225_600_000 + id, payload: Buffer.from(`bad ${id}`), ...about });
  }
  const take = (which: number[] | 'all') =>
    (which === 'all' ? [...letters.keys()] : which).filter((id) => letters.delete(id)).length;
  return {
    list: async ({ limit, beforeId = Number.POSITIVE_INFINITY }) =>
      [...letters.values()]
        .reverse()
        .filter(({ id }) => id < beforeId)
        .slice(0, limit),
    show: async (id) => {
      const letter = letters.get(id) ?? null;
      return letter?.id === 4 ? { ...letter, form: 'readings', text: 'lab/p1  without a time  a=1' } : letter;
    },
    redrive: async (which) => {
      const unknown = which === 'all' ? [] : which.filter((id) => !letters.has(id));
      return { redriven: take(which), failedAgain: 0, unknown };
    },
    drop: async (which) => ({ dropped: take(which) }),
  };
}

/** The session of a client that is away. */
function memorySessions(): SessionAdmin {
  const counts = { subscriptions: 1, queuedMessages: 2, queuedBytes: 300 };
  return {
    list: () => [{ clientId: 'panel', user: 'panels', isConnected: false, lastSeenMs: 1, ...counts }],
    end: async (ids) => ({
      ended: ids.filter((id) => id === 'panel'),
      connected: [],
      unknown: ids.filter((id) => id !== 'panel'),
    }),
  };
}

/** One machine, `lab/p1`. */
function memoryMachines(): MachineAdmin {
  const about = { machineType: 'generic', sender: 'pumps', sensors: ['a'], timeToLimit: [] };
  return {
    list: async () => [{ site: 'lab', machine: 'p1', ...about }],
    named: async ({ machine }) => ({ isKnown: machine === 'p1', isNoted: machine === 'p1', isSaved: true }),
    knows: async ({ machine = 'p1' }) => machine === 'p1',
    relearn: async ({ machine }, { what }) => ({
      ...{ isKnown: machine === 'p1', hasChanged: what !== 'state', isSaved: true },
    }),
    teach: async ({ machine }, { rows, teaching }) => {
      const code = { superseded: 'TEACHING_UNKNOWN', fifth: 'TEACHING_BUSY' }[teaching];
      if (code) throw new HarbingerError(code, 'intelligence', 'no');
      return {
        ...{
          isKnown: machine === 'p1',
          isTaught: machine === 'p1',
          isSaved: true,
          rows: rows.length,
          atRest: 0,
        },
        leftOut: rows.flat().filter((cell) => cell === null).length,
        ...{
          withoutTime: 1,
          ofFuture: 0,
          unknownSensors: [],
          doubts: [],
          emptySensors: ['b'],
          fromMs: null,
          toMs: null,
          learning: { days: 2, needed: 7 },
        },
      };
    },
    rename: async ({ machine }) => ({
      windows: machine === 'p1' ? 2 : 0,
      limits: 0,
      isNormal: true,
      isSaved: true,
    }),
    retire: async (those) => ({
      retired: those.filter(({ machine }) => machine === 'p1'),
      unknown: those.filter(({ machine }) => machine !== 'p1'),
      retainedMessages: 0,
    }),
  };
}

/** One device, `fan-3`. */
function memoryDevices(): DeviceAdmin {
  const refuse = (code: string) => {
    throw new HarbingerError(code, 'broker', 'no');
  };
  const device = {
    user: 'fan-3',
    addedMs: 1,
    changedMs: 1,
    by: 'maria',
    hasSecret: true,
    from: 'gateway',
  } as const;
  return {
    list: () => [device],
    revoked: () => [{ user: 'fan-1', atMs: 1, by: 'maria', address: '::1' }],
    add: async ([account]) => (account?.user === 'fan-3' ? refuse('DEVICES_EXIST') : undefined),
    rotate: async (user) => (user === 'fan-3' ? undefined : refuse('DEVICES_UNKNOWN')),
    revoke: async (users) => ({
      revoked: users.filter((user) => user === 'fan-3'),
      unknown: users.filter((user) => user !== 'fan-3'),
    }),
  };
}

/** Keeps nothing; the machine `lab/p1` is known. */
function memoryLimits(): LimitAdmin {
  return {
    list: () => [],
    changes: () => [],
    set: async ({ machine }) => ({ isKnown: machine === 'p1' }),
    clear: async ({ machine }) => (machine === 'p1' ? 1 : 0),
  };
}

/** Keeps nothing. */
function memoryMaintenance(): MaintenanceAdmin {
  const made = { id: 'w-1', setMs: 1 };
  return {
    list: () => [],
    set: async ({ id = made.id, site, fromMs = 1, toMs = 2 }, who) => ({
      ...made,
      id,
      ...(site !== undefined && { site }),
      fromMs,
      toMs,
      ...who,
    }),
    end: async () => [],
    rename: async () => 0,
  };
}

/** One dead notification, `north~p-1/…`. */
function memoryNotices(): DeadNoticeAdmin {
  const waits = { attempts: 3, nextAttemptMs: 1, lastError: 'HTTP 410' };
  const event = predictionEvent('opened', 1);
  const notification = {
    key: 'north~p-1/opened/e/siren',
    notifier: 'siren',
    change: 'opened',
    event,
    ...waits,
  } as const;
  return {
    list: () => [{ notification, atMs: 2, reason: 'HTTP 410' }],
    redrive: async (which) => ({ redriven: which === 'all' ? 1 : 0, kept: 0, reasons: [] }),
  };
}

/** Two refused batches, the second of which the cloud refuses again. */
function memoryRefused(): RefusedOperations {
  const about = { lane: 'readings', journal: '0123456789abcdef', firstSeq: 1, lastSeq: 2, lines: 2 } as const;
  const batches = [1, 2].map((id) => ({
    id,
    atMs: 1_767_225_600_000,
    ...about,
    code: 'BATCH_VERSION',
    reason: 'update the cloud',
    bytes: 100,
  }));
  return {
    list: async ({ limit }) => batches.toReversed().slice(0, limit),
    show: async (id) => {
      const entry = batches.find((each) => each.id === id);
      return entry ? { entry, text: 'pump,gateway=g,machine=m,site=s a=1 1\n' } : null;
    },
    redrive: async () => ({ redriven: 1, kept: 1, left: 0, reasons: ['BATCH_VERSION: update the cloud'] }),
    drop: async (which) => ({ dropped: which === 'all' ? 2 : which.length }),
  };
}

/** One machine waits; nothing is kept. */
function memoryOnboarding(): OnboardingAdmin {
  const counts = { messages: 3, held: 2, stepMs: null, hasMoreFields: false };
  const times = { firstMs: 1, lastMs: 2 };
  const texts = { topics: ['t'], sender: 'c', samples: [], fields: [] };
  return {
    waiting: async () => ({
      machines: [{ site: 'hall3', machine: 'saw-1', ...times, ...counts, ...texts }],
      notListed: 0,
    }),
    async accept({ match, type }) {
      if (type === 'none') throw new HarbingerError('ONBOARDING_TYPE', 'contract', 'there is no such type');
      return { redriven: 2, failedAgain: 0, left: 0, machines: [match] };
    },
    ignore: async () => ({ machines: [] }),
    declared: async () => [],
    undo: async (match) => ({ isKnown: true, machines: [match] }),
  };
}

/** The health and readiness that the gateway reports; tests change it. */
function condition() {
  return { ok: true, reasons: [] as string[] };
}

const noWatching: WatchAdmin = { open: async () => 1, take: async () => null, close: async () => {} };

export async function startHttp(
  config: Record<string, unknown> = { openOnLoopback: true },
  letters = memoryLetters(5),
  log: Log = silentLog,
  devices: DeviceAdmin = memoryDevices(),
  watching: WatchAdmin = noWatching,
) {
  const registry = new Registry();
  new Counter({ name: 'harbinger_test_total', help: 'a test', registers: [registry] }).inc();
  const state = { ready: condition(), health: condition(), statusError: null as Error | null };
  const server = createGatewayHttp({
    config: readConfig({ port: 0, ...config }, (problem) => new Error(problem)),
    metrics: new Metrics(() => [], registry),
    ready: () => state.ready,
    health: () => state.health,
    async status() {
      if (state.statusError) throw state.statusError;
      return { gateway: 'gw-1' };
    },
    statusSchema: Type.Object({ gateway: Type.String() }, { additionalProperties: true }),
    site: memorySite(),
    deadLetters: letters,
    refused: memoryRefused(),
    sessions: () => [memorySessions()],
    machines: memoryMachines(),
    devices,
    onboarding: memoryOnboarding(),
    watching,
    limits: memoryLimits(),
    maintenance: memoryMaintenance(),
    decisions: {
      replay: async (records) =>
        records.map(({ decisionId }) => ({ decisionId, outcome: 'same', detail: 'the same answer' })),
    },
    deadNotices: memoryNotices(),
    clock,
    log,
  });
  running.push(server);
  server.offerConfig(sameConfig);
  const { port } = await server.start();
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { ...type, ...headers },
      ...(body !== undefined && { body: text }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { state, port, call };
}
