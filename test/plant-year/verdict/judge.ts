import type { Machine } from '../plant/machines.ts';
import type { YearPlan } from '../truth/draw.ts';
import { type PlantEvent, type Telling, untilEnd } from '../truth/event.ts';
import type { Badges } from './badges.ts';
import type { Notice, Told } from './told.ts';

export type Outcome = 'told' | 'late' | 'missed';

/** One thing that should have been told, and its outcome. */
export interface TellingVerdict {
  kind: string;
  where: Telling['where'];
  about: string;
  fromMs: number;
  latestMs: number;
  outcome: Outcome;
  /** When it was told first, in which words; null if never. */
  toldMs: number | null;
  text: string | null;
  /** When the last alert of it ended; null if none was opened, or one is open at the end of the year. */
  endedMs: number | null;
  /** Whether everything that was told of it had ended in time. */
  endedInTime: boolean;
  /** Alerts opened while it lasted, of any kind; and how many of them were too many. */
  opened: number;
  chatter: number;
  /** Whether it became critical in time; null if it need not. */
  criticalInTime: boolean | null;
}

export interface FalseAlert {
  atMs: number;
  machine: string;
  failureMode: string;
  circumstance: string;
  text: string;
  /** How long it was open; null if it is at the end of the year. */
  openMs: number | null;
}

export interface YearVerdict {
  seed: number;
  fromMs: number;
  toMs: number;
  machines: number;
  tellings: TellingVerdict[];
  falseAlerts: FalseAlert[];
  notifications: number;
  badges: { hours: number; wrongHours: number; okHours: number; okByKind: Record<string, number> };
}

export interface Lived {
  seed: number;
  plan: YearPlan;
  machines: readonly Machine[];
  told: Told;
  badges: Badges;
}

const defaultOpensMax = 1;

function concerns({ machine, gateway }: PlantEvent, notice: Notice): boolean {
  if (machine) return machine.name === notice.machine;
  // An event of a gateway explains the silence of the machines behind it, and nothing else of them.
  return notice.gateway === gateway && (notice.machine === null || notice.kind === 'silence');
}

/** An event explains what is told between its beginning and when everything about it should have ended. */
function explains(event: PlantEvent, notice: Notice): boolean {
  const isInTime = notice.atMs >= event.fromMs && notice.atMs <= untilEnd(event);
  return event.tellings.length > 0 && isInTime && concerns(event, notice);
}

export function judge({ seed, plan, machines, told, badges }: Lived): YearVerdict {
  const { notices } = told;
  const tellings = plan.events.flatMap((event) =>
    event.tellings.map((telling) => verdictOf(event, telling, notices, plan.toMs)),
  );
  const tolerated = plan.events.filter(({ kind }) => kind === 'cut line to a device');
  // The site hears of the same alerts.
  const inCloud = notices.filter(({ where }) => where === 'cloud');
  const falseAlerts = inCloud
    .filter(({ change }) => change === 'opened' || change === 'digest')
    .filter((notice) => !plan.events.some((event) => explains(event, notice)))
    .filter((notice) => !tolerated.some((event) => notice.kind === 'silence' && spans(event, notice)))
    .map((notice) => falseAlert(notice, inCloud));
  const { hours, wrongHours, okHours } = badges;
  return {
    seed,
    fromMs: plan.fromMs,
    toMs: plan.toMs,
    machines: machines.length,
    tellings,
    falseAlerts,
    notifications: inCloud.length,
    badges: { hours, wrongHours, okHours, okByKind: Object.fromEntries(badges.okByKind) },
  };
}

/** A device that keeps its readings for two hours is silent for people, who may be told. */
function spans(event: PlantEvent, notice: Notice): boolean {
  return (
    notice.machine === event.machine?.name && notice.atMs >= event.fromMs && notice.atMs <= untilEnd(event)
  );
}

function verdictOf(
  event: PlantEvent,
  telling: Telling,
  notices: readonly Notice[],
  yearEndMs: number,
): TellingVerdict {
  const own = notices.filter((notice) => notice.where === telling.where && concerns(event, notice));
  const during = own.filter(({ atMs }) => atMs >= event.fromMs && atMs <= untilEnd(event));
  const saying = during.filter(
    ({ kind, change, machine }) =>
      change !== 'resolved' &&
      telling.accepts.includes(kind) &&
      (event.machine === null) === (machine === null),
  );
  const [first] = saying;
  const isDue = Number.isFinite(telling.latestMs);
  const outcome: Outcome = first
    ? first.atMs <= telling.latestMs
      ? 'told'
      : 'late'
    : isDue
      ? 'missed'
      : 'told';
  const opened = during.filter(({ change }) => change === 'opened');
  const ends = opened.map(({ alertId }) => endOf(alertId, own));
  const isOpen = ends.includes(null);
  const endedMs = isOpen || ends.length === 0 ? null : Math.max(...(ends as number[]));
  const { criticalByMs } = telling;
  return {
    kind: event.kind,
    where: telling.where,
    about: event.machine?.name ?? event.gateway ?? 'plant',
    fromMs: event.fromMs,
    latestMs: telling.latestMs,
    outcome,
    toldMs: first?.atMs ?? null,
    text: first?.text ?? null,
    endedMs,
    endedInTime:
      ends.every((atMs) => atMs !== null && atMs <= untilEnd(event)) || untilEnd(event) > yearEndMs,
    opened: opened.length,
    chatter: Math.max(0, opened.length - (event.opensMax ?? defaultOpensMax)),
    criticalInTime:
      criticalByMs === undefined
        ? null
        : saying.some(({ severity, atMs }) => severity === 'critical' && atMs <= criticalByMs),
  };
}

function endOf(alertId: string, notices: readonly Notice[]): number | null {
  return notices.find((notice) => notice.alertId === alertId && notice.change === 'resolved')?.atMs ?? null;
}

function falseAlert(notice: Notice, notices: readonly Notice[]): FalseAlert {
  const { atMs, failureMode, circumstance, text, alertId } = notice;
  const endMs = endOf(alertId, notices);
  return {
    atMs,
    machine: notice.machine ?? notice.gateway,
    failureMode,
    circumstance,
    text,
    openMs: endMs === null ? null : endMs - atMs,
  };
}
