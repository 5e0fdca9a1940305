/** Starts APIs on free ports for tests, and sends them real HTTP requests. */
import { Readable } from 'node:stream';
import { Registry } from 'prom-client';
import { sameConfig } from '../../shared/config/reload.testing.ts';
import { Metrics } from '../../shared/parts/metrics.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import type { Alert, WorkOutcome } from '../ports/alerts.ts';
import type { AlertChoice } from '../ports/work/work.ts';
import type { ApiConfig } from './config.ts';
import { createMemoryLog } from './machine-log/memory-log.testing.ts';
import {
  createMemoryAdmin,
  createMemoryDecommissioning,
  createMemoryFleet,
  createMemoryOperations,
  createMemoryOutcomes,
  createMemoryStore,
  type MemoryOperations,
} from './memory-ports.testing.ts';
import { createMemoryModels } from './models/memory-models.testing.ts';
import { type Api, type ApiDeps, createApi } from './server.ts';

export const token = 'a-token-for-tests-0123456789';
export const bearer = { authorization: `Bearer ${token}` };

export const testConfig: ApiConfig = {
  host: '127.0.0.1',
  port: 0,
  token,
  openOnLoopback: false,
  streamClientsMax: 2,
};

const started: Api[] = [];

export async function startApi({
  operations = createMemoryOperations(),
  ...over
}: Partial<ApiDeps> & { operations?: MemoryOperations } = {}): Promise<{ api: Api; base: string }> {
  const api = createApi({
    config: testConfig,
    store: createMemoryStore({}),
    ...operations.ports,
    contacts: { of: () => undefined, all: () => [] },
    ...createMemoryAdmin(),
    metrics: new Metrics(() => [], new Registry()),
    ready: () => ({ ready: true, reasons: [] }),
    status: () => ({}),
    statusProperties: {},
    closing: {
      close: async (alertId) => found(operations, alertId),
      closeAll: async (choices) => worked(operations, choices),
    },
    notifiers: createMemoryNotifiers(),
    working: { work: async (choices) => worked(operations, choices) },
    outcomes: createMemoryOutcomes(),
    machineLog: createMemoryLog(),
    retention: null,
    decommissioning: createMemoryDecommissioning(),
    fleet: createMemoryFleet(),
    models: createMemoryModels(),
    training: null,
    proposals: { list: () => [] },
    backups: { begin: async () => ({ bytes: 2, stream: Readable.from([Buffer.from('ab')]) }) },
    clock: systemClock,
    log: silentLog,
    ...over,
  });
  started.push(api);
  api.offerConfig(sameConfig);
  const { port } = await api.start();
  return { api, base: `http://127.0.0.1:${port}` };
}

function found({ ports }: MemoryOperations, alertId: string): Alert {
  const alert = ports.alerts.all('open').find((each) => each.alertId === alertId);
  if (!alert) throw new HarbingerError('ALERT_NOT_OPEN', 'api', `no alert '${alertId}' is open`);
  return alert;
}

function worked({ ports }: MemoryOperations, choices: readonly AlertChoice[]): WorkOutcome {
  const open = ports.alerts.all('open');
  const of = ({ alertId }: AlertChoice) => open.find((each) => each.alertId === alertId);
  const message = 'it is not open';
  return {
    done: choices.flatMap((each) => of(each) ?? []),
    refused: choices.flatMap((each) => (of(each) ? [] : { ...each, code: 'ALERT_NOT_OPEN', message })),
  };
}

function createMemoryNotifiers(): ApiDeps['notifiers'] {
  const state = { name: 'maintenance', confirmedMs: 1, failingSinceMs: null, lastError: null };
  return {
    states: () => [{ ...state, waiting: 0, summedUp: 0 }],
    async test(name) {
      if (name !== state.name) throw new HarbingerError('NOTIFIER_UNKNOWN', 'alerts', 'there is none');
    },
  };
}

export async function stopAll(): Promise<void> {
  for (const api of started.splice(0)) await api.stop();
}

/** The parts of answers that tests check. */
export interface AnswerBody {
  error: { code: string; message: string };
  machines: {
    machine: string;
    urgency: string;
    state: string;
    stateReason: string;
    reason: string | null;
    remainingLifeS: unknown;
  }[];
  machine: { urgency: string; stateReason: string };
  type: { lifeUnit: string };
  alerts: { alertId: string }[];
  items: { decisionId: string }[];
  next: string | null;
  timesMs: number[];
  values: Record<string, (number | null)[]>;
  reasons: string[];
  openapi: string;
  paths: Record<string, unknown>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: AnswerBody;
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = text === '' ? {} : JSON.parse(text);
  return { status: response.status, headers: response.headers, body: body as AnswerBody };
}

export async function get(url: string, headers: Record<string, string> = bearer): Promise<Answer> {
  return answerOf(await fetch(url, { headers }));
}

/** Sends `body` as it is if it is text, otherwise as JSON. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = bearer,
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return answerOf(response);
}
