import { placeOf } from '../../shared/contract/alert-content.ts';
import type { ConditionData } from '../../shared/contract/condition.ts';
import { type JudgedBy, judgedBy } from '../../shared/contract/events.ts';
import { type Endpoint, request } from '../cli/http-client.ts';
import { printable } from '../cli/output.ts';

/** Values of the demonstration's status line; null if a process does not answer at the moment. */
export interface DemoStatus {
  atMs: number;
  /** Number of readings journalled since the gateway started. */
  readings: number | null;
  /** Number of blocks that the cloud has not confirmed. */
  lagBlocks: number | null;
  /** Number of readings in the store. */
  stored: number | null;
  openAlerts: number | null;
  /** Number of messages that became dead letters since the gateway started. */
  deadLetters: number | null;
  /** Number of dead letters that the gateway keeps. */
  deadLettersKept: number | null;
  /** Number of sensors' connections that the gateway refused or closed since it started, and the latest. */
  refusals: number | null;
  latestRefusal: LatestRefusal | null;
  /** Number of assessments since the gateway started, by kind of assessor; null before the first one. */
  judged: Record<JudgedBy, number> | null;
}

/** A connection that the gateway refused or closed. */
export interface LatestRefusal {
  reason: string;
  message: string;
  client: string | null;
  address: string | null;
}

interface GatewayStatus {
  alerts: { decision: { byPolicy: Record<string, number> } };
  pipeline: { readings: number; deadLetters: number };
  deadLetters: { count: number };
  broker: { refused: Record<string, number>; latestRefusal: LatestRefusal | null };
  backlog: Record<string, { blocks: number }>;
}

export type OpenAlert = { alertId: string } & (OpenMachineAlert | { condition: ConditionData });

interface OpenMachineAlert {
  prediction: {
    site: string;
    machine: string;
    severity: string;
    anomaly: number;
    source: 'model' | 'rules';
    model: { name: string; version: string } | null;
    detector?: { name: string; version: string };
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
    deadLetters: status?.pipeline.deadLetters ?? null,
    deadLettersKept: status?.deadLetters.count ?? null,
    refusals: status ? Object.values(status.broker.refused).reduce((sum, count) => sum + count, 0) : null,
    latestRefusal: status?.broker.latestRefusal ?? null,
    judged: status ? judgedOf(status.alerts.decision.byPolicy) : null,
    alerts: alerts?.alerts ?? [],
  };
}

/** Every policy other than rules and self-learned is a model. */
function judgedOf({ rules = 0, 'self-learned': learnt = 0, ...models }: Record<string, number>) {
  const model = Object.values(models).reduce((sum, count) => sum + count, 0);
  return { model, 'self-learned': learnt, rules };
}

function judgedText(judged: NonNullable<DemoStatus['judged']>): string {
  return Object.entries(judged)
    .map(([by, count]) => `${by} ${count}`)
    .join(', ');
}

/** The source and the reason of an alert; for a model also the self-learned view of the same moment. */
export function alertText(alert: OpenAlert): string {
  if ('condition' in alert) {
    const { condition, about, severity, reasons } = alert.condition;
    const why = reasons.slice(0, 2).map((reason) => printable(reason, 120));
    return [`ALERT  ${placeOf(about)}  ${severity}: ${condition}`, ...why].join('  ·  ');
  }
  const { prediction } = alert;
  const { site, machine, severity, model, anomaly, reasons } = prediction;
  const by = judgedBy(prediction);
  const who = by === 'model' && model ? `model ${model.name} ${model.version}` : by;
  const why = reasons.slice(0, 2).map((reason) => printable(reason, 120));
  const beside = by === 'model' ? [`beside it, self-learned: anomaly ${anomaly.toFixed(2)}`] : [];
  return [`ALERT  ${site}/${machine}  ${severity}, says ${who}`, ...why, ...beside].join('  ·  ');
}

const dash = (value: number | null, unit = '') => (value === null ? '–' : `${value}${unit}`);

/** One line: readings per second since the previous status, journal lag, stored readings, open alerts. */
export function statusLine(now: DemoStatus, before: DemoStatus | null): string {
  const seconds = before ? (now.atMs - before.atMs) / 1_000 : 0;
  const counted =
    before !== null && now.readings !== null && before.readings !== null && now.readings >= before.readings;
  const rate = counted && seconds > 0 ? Math.round((now.readings! - before.readings!) / seconds) : null;
  return [
    `readings ${dash(rate, '/s')}`,
    `journal lag ${dash(now.lagBlocks, ' blocks')}`,
    `stored ${dash(now.stored)}`,
    ...(now.deadLettersKept ? [`dead letters ${now.deadLettersKept}`] : []),
    `open alerts ${dash(now.openAlerts)}`,
    `judged by ${now.judged ? judgedText(now.judged) : '–'}`,
  ].join('  ·  ');
}
