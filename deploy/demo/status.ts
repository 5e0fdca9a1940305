import { type Endpoint, request } from '../cli/http-client.ts';

/** What the demonstration's line shows. Null where a part does not answer at the moment. */
export interface DemoStatus {
  atMs: number;
  /** Readings journalled since the gateway started. */
  readings: number | null;
  /** Blocks not yet confirmed by the cloud. */
  lagBlocks: number | null;
  /** Readings held by the store. */
  stored: number | null;
  openAlerts: number | null;
}

interface GatewayStatus {
  pipeline: { readings: number };
  backlog: Record<string, { blocks: number }>;
}

export interface OpenAlert {
  alertId: string;
  prediction: {
    site: string;
    machine: string;
    severity: string;
    source: string;
    remainingLife: { p10: number; p50: number; p90: number; unit: string } | null;
    reasons: string[];
  };
}

async function attempt<T>(asking: Promise<unknown>): Promise<T | null> {
  try {
    return (await asking) as T;
  } catch {
    return null;
  }
}

export async function readStatus(
  gateway: Endpoint,
  cloud: Endpoint,
  atMs: number,
): Promise<DemoStatus & { alerts: OpenAlert[] }> {
  const [status, counts, alerts] = await Promise.all([
    attempt<GatewayStatus>(request(gateway, 'GET', '/api/status')),
    attempt<{ rows: [number | string][] }>(
      request(cloud, 'POST', '/api/query', { sql: 'select count(*) from pump' }),
    ),
    attempt<{ alerts: OpenAlert[] }>(request(cloud, 'GET', '/api/alerts?state=open')),
  ]);
  return {
    atMs,
    readings: status?.pipeline.readings ?? null,
    lagBlocks: status ? Object.values(status.backlog).reduce((sum, lane) => sum + lane.blocks, 0) : null,
    stored: counts ? Number(counts.rows[0]?.[0] ?? 0) : null,
    openAlerts: alerts ? alerts.alerts.length : null,
    alerts: alerts?.alerts ?? [],
  };
}

const dash = (value: number | null, unit = '') => (value === null ? '–' : `${value}${unit}`);

/** One line: readings a second since the status before, journal lag, stored, open alerts. */
export function statusLine(now: DemoStatus, before: DemoStatus | null): string {
  const seconds = before ? (now.atMs - before.atMs) / 1_000 : 0;
  const counted =
    before !== null && now.readings !== null && before.readings !== null && now.readings >= before.readings;
  const rate = counted && seconds > 0 ? Math.round((now.readings! - before.readings!) / seconds) : null;
  return [
    `readings ${dash(rate, '/s')}`,
    `journal lag ${dash(now.lagBlocks, ' blocks')}`,
    `stored ${dash(now.stored)}`,
    `open alerts ${dash(now.openAlerts)}`,
  ].join('  ·  ');
}
