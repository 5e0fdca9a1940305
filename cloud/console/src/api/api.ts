/**
 * The client of the API (cloud/console/src/api): here the calls about machines, alerts and decisions, and how each is made; plant-api.ts has the
 * others. A failure is an ApiFailure with a sentence for the person at the page. Nothing is kept here.
 */
import type {
  Alert,
  AlertClosing,
  AlertWorkRequest,
  LogEntry,
  MachineAddress,
  MachineDetail,
  MaintenanceSpan,
  Readings,
  ReadingsQuery,
  Session,
  Status,
  StoredDecision,
  WorkDone,
} from '../wire.ts';
import { texts } from '../words/words.ts';
import { ApiFailure } from './api-failure.ts';

export type Query = Record<string, string | number | undefined>;

const answerMsMax = 20_000;

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(answerMsMax) });
  } catch {
    throw new ApiFailure(0, texts().frame.noAnswer);
  }
  if (response.ok) return response;
  if (response.status === 401) window.dispatchEvent(new Event('signed-out'));
  throw await failureOf(response);
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const body: unknown = await response.json().catch(() => null);
  const { message, code } = (body as { error?: { message?: unknown; code?: unknown } } | null)?.error ?? {};
  return new ApiFailure(
    response.status,
    typeof message === 'string' ? message : `the answer was ${response.status}`,
    typeof code === 'string' ? code : '',
  );
}

export async function get<T>(path: string, query: Query = {}): Promise<T> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  const response = await call(text === '' ? path : `${path}?${text}`);
  return (await response.json()) as T;
}

export function send(method: 'POST' | 'DELETE', path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return call(path, { method, headers, body: JSON.stringify(body) });
}

export const post = (path: string, body: object) => send('POST', path, body);

export async function answered<T>(response: Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

export const api = {
  session: () => get<Session>('api/session'),
  async signIn(token: string): Promise<void> {
    await post('api/session', { token });
  },
  async signOut(): Promise<void> {
    await call('api/session', { method: 'DELETE' });
  },
  status: () => get<Status>('api/status'),
  machine: ({ site, machine, gateway }: MachineAddress) =>
    get<MachineDetail>(`api/machines/${encodeURIComponent(site)}/${encodeURIComponent(machine)}`, {
      gateway,
    }),
  readings: (query: ReadingsQuery) => get<Readings>('api/readings', { ...query }),
  machineLog: ({ site, machine, gateway }: MachineAddress) =>
    get<{ entries: LogEntry[] }>('api/machines/log', { site, machine, gateway }),
  async writeLog(entry: MachineAddress & Pick<LogEntry, 'kind' | 'note' | 'by'>): Promise<void> {
    await post('api/machines/log', entry);
  },
  maintenance: () => get<{ windows: MaintenanceSpan[] }>('api/maintenance'),
  closeAlerts: (closing: AlertClosing) => answered<WorkDone>(post('api/alerts/close-many', closing)),
  workOnAlerts: (work: AlertWorkRequest) => answered<WorkDone>(post('api/alerts/work', work)),
  alerts: (query: { state?: Alert['state']; limit?: number }) =>
    get<{ alerts: Alert[]; total: number }>('api/alerts', query),
  decisions: (query: { subject?: string | undefined; limit: number; before?: string | undefined }) =>
    get<{ items: StoredDecision[]; next: string | null }>('api/decisions', query),
};
