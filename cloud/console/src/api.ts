import { ApiFailure } from './api-failure.ts';
import type {
  Alert,
  AlertClosing,
  AlertWorkRequest,
  MachineAddress,
  MachineDetail,
  Readings,
  ReadingsQuery,
  Session,
  Status,
  StoredDecision,
} from './wire.ts';

const answerMsMax = 20_000;

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(answerMsMax) });
  } catch {
    throw new ApiFailure(0, 'Harbinger does not answer.');
  }
  if (response.ok) return response;
  if (response.status === 401) window.dispatchEvent(new Event('signed-out'));
  throw new ApiFailure(response.status, await reasonOf(response));
}

async function reasonOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: { message?: unknown } } | null)?.error;
  return typeof error?.message === 'string' ? error.message : `the answer was ${response.status}`;
}

async function get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  const response = await call(text === '' ? path : `${path}?${text}`);
  return (await response.json()) as T;
}

function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return call(path, { method: 'POST', headers, body: JSON.stringify(body) });
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
  async closeAlert(closing: AlertClosing): Promise<void> {
    await post('api/alerts/close', closing);
  },
  async workOnAlert(work: AlertWorkRequest): Promise<void> {
    await post('api/alerts/work', work);
  },
  alerts: (query: { state?: Alert['state']; limit?: number }) =>
    get<{ alerts: Alert[]; total: number }>('api/alerts', query),
  decisions: (query: { subject?: string | undefined; limit: number; before?: string | undefined }) =>
    get<{ items: StoredDecision[]; next: string | null }>('api/decisions', query),
};
