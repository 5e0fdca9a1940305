/** State that the system reports about itself over its own interfaces. */
import type { HarbingerEvent, JournalLoss } from '../../../shared/contract/events.ts';
import { isEventOf } from '../../../shared/contract/events.ts';
import type { ProductProcess } from '../../support/processes.ts';
import type { Site } from '../site/site.ts';

export interface GatewayStatus {
  pending: number;
  placement: { timesOutOfBounds: number; resends: number };
  journals: { lane: string; lastSeq: number; dropped: { lines: number; blocks: number } }[];
  backlog: Record<string, { blocks: number }>;
  uplink: {
    connected: boolean;
    connects: number;
    lastError: string | null;
    refused: Record<string, unknown>;
  };
  refused: { count: number };
  deadLetters: { count: number; dropped: number };
  intelligence: { model: { state: string; restarts: number; refusals: unknown[]; lastError: string | null } };
  alerts: { openPredictions: { predictionId: string }[]; events: { pending: number } };
  estimatesDropped: number;
}

export function statusOf({ gateway }: Site): Promise<GatewayStatus> {
  return gateway.process.json<GatewayStatus>('/api/status', { signal: AbortSignal.timeout(5_000) });
}

/** Statements that are compared before and after a round. */
export interface Statement {
  events: Map<string, HarbingerEvent>;
  /** Events that are listed more than once. */
  eventsRepeated: string[];
  quarantined: number;
  /** Why the newest of them are there. */
  quarantineReasons: string[];
  droppedLines: number;
  deadLetters: number;
  gatewayOpen: string[];
  cloudOpen: string[];
  /** Alerts open only in the cloud, because the gateway's record of them was destroyed on purpose. */
  orphans: string[];
  /** The reverse: the cloud's record of them was destroyed on purpose, until they change. */
  unknown: string[];
}

interface Page<T> {
  items: T[];
  next: string | null;
}

export async function statementOf(
  site: Site,
  eventsBefore: ReadonlyMap<string, HarbingerEvent>,
): Promise<Statement> {
  const cloud = site.cloud.process;
  const [status, { quarantined }, { items }, { alerts }, listed] = await Promise.all([
    statusOf(site),
    cloud.json<{ quarantined: number }>('/api/status'),
    cloud.json<{ items: { reason: string }[] }>('/api/quarantine?limit=3'),
    cloud.json<{ alerts: { alertId: string; condition?: unknown }[] }>('/api/alerts?state=open&limit=1000'),
    newestEvents(cloud, eventsBefore),
  ]);
  const events = new Map(eventsBefore);
  const inThisList = new Set<string>();
  const eventsRepeated: string[] = [];
  for (const event of listed) {
    if (inThisList.has(event.id)) eventsRepeated.push(event.id);
    inThisList.add(event.id);
    events.set(event.id, event);
  }
  return {
    events,
    eventsRepeated,
    quarantined,
    quarantineReasons: items.map(({ reason }) => reason.slice(0, 200)),
    droppedLines: status.journals.reduce((sum, { dropped }) => sum + dropped.lines, 0),
    deadLetters: status.deadLetters.count + status.deadLetters.dropped,
    gatewayOpen: status.alerts.openPredictions.map(({ predictionId }) => predictionId).sort(),
    // Conditions of Harbinger itself are what a fault is expected to cause.
    cloudOpen: alerts
      .filter(({ condition }) => condition === undefined)
      .map(({ alertId }) => alertId)
      .sort(),
    orphans: [],
    unknown: [],
  };
}

/** Lines dropped by policy. The count restarts at 0 if the file with it was damaged. */
export function droppedBetween(before: Statement, after: Statement): number {
  const more = after.droppedLines - before.droppedLines;
  return more < 0 ? after.droppedLines : more;
}

export function lossesBetween(before: Statement, after: Statement): JournalLoss[] {
  return newEvents(before, after).flatMap((event) =>
    isEventOf(event, 'io.harbinger.journal.loss.v1') ? [event.data] : [],
  );
}

/** True for an event of a gateway; the cloud's own ones, about itself, are not telemetry and not in the store. */
export function isOfGateway({ source }: Pick<HarbingerEvent, 'source'>): boolean {
  return source.startsWith('/gateways/');
}

export function newEvents(before: Statement, after: Statement): HarbingerEvent[] {
  return [...after.events.values()].filter(({ id }) => !before.events.has(id));
}

/** Reads the newest events first, until a whole page of them is known. */
async function newestEvents(
  cloud: ProductProcess,
  known: ReadonlyMap<string, HarbingerEvent>,
): Promise<HarbingerEvent[]> {
  const events: HarbingerEvent[] = [];
  for (let before: string | null = ''; before !== null; ) {
    const from: string = before === '' ? '' : `&before=${encodeURIComponent(before)}`;
    const page: Page<HarbingerEvent> = await cloud.json(`/api/events?limit=500${from}`);
    events.push(...page.items);
    before = page.items.every(({ id }) => known.has(id)) ? null : page.next;
  }
  return events;
}
