import { type Static, Type } from '@sinclair/typebox';
import { alertSaid } from '../../shared/contract/alert-content.ts';
import { policyLevel } from '../../shared/domain/alert-policy.ts';
import { limitsOf } from '../../shared/domain/limits.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import {
  type MachineEvidence,
  type MachineStateName,
  machineStateOf,
  machineStates,
} from '../../shared/machine-state/machine-state.ts';
import type { Alert, MachineAlert } from '../ports/alerts.ts';
import type { MachineState, MaintenanceSpan } from '../ports/machines.ts';

export const Urgency = Type.Union(
  ['failed', 'critical', 'warning', 'ok', 'unknown'].map((name) => Type.Literal(name)),
  {
    description:
      'the nearest of these values to `state`, for programs that know no other ones: failed, critical, warning and ok are as there; silent, learning and unknown are unknown, or the severity of an open alert; stopped and maintenance are ok',
  },
);
export type Urgency = 'failed' | 'critical' | 'warning' | 'ok' | 'unknown';

export const State = Type.Union(
  machineStates.map((name) => Type.Literal(name)),
  {
    description:
      'the state by the evidence there is now: open alerts, values and estimates against limits and policies, the age of the last reading, and whether anything judges the machine. ok: something does, and finds nothing; silent: nothing is heard of it; learning: what is normal for it is still being learnt; unknown: nothing can judge it, or the cloud cannot store what comes; stopped, maintenance: it stands, or is worked on',
  },
);

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** The API's answer about one machine. */
export const MachineView = Type.Object({
  gateway: Type.String(),
  site: Type.String(),
  machine: Type.String(),
  machineType: Type.String(),
  lastSeenMs: Type.Number({ description: 'ms since 1970' }),
  health: nullable(Type.Number({ minimum: 0, maximum: 1 })),
  anomaly: nullable(Type.Number({ minimum: 0, maximum: 1 })),
  remainingLife: nullable(
    Type.Object({ p10: Type.Number(), p50: Type.Number(), p90: Type.Number(), unit: Type.String() }),
  ),
  source: nullable(
    Type.Union([Type.Literal('model'), Type.Literal('self-learned'), Type.Literal('rules')], {
      description: 'the judge: a trained model, the learned baseline of the machine, or rules',
    }),
  ),
  condition: Type.Union([Type.Literal('running'), Type.Literal('failed')]),
  openAlerts: Type.Integer({ minimum: 0 }),
  urgency: Urgency,
  returnedMs: Type.Optional(
    Type.Number({ description: 'when it was heard again after it had been retired, ms since 1970' }),
  ),
  gatewaySilentSinceMs: nullable(
    Type.Number({
      description: 'since when its gateway is silent, and nothing is known of it, ms since 1970',
    }),
  ),
  state: State,
  stateReason: Type.String({ description: 'a sentence that says why' }),
  since: nullable(
    Type.Number({ description: 'since when it has been so, ms since 1970; null if not known' }),
  ),
  remainingLifeS: nullable(
    Type.Object(
      { p10: Type.Number(), p50: Type.Number(), p90: Type.Number() },
      {
        description:
          'remaining life in seconds of running, by the machine’s own pace of readings; null if that is not known',
      },
    ),
  ),
  reason: nullable(Type.String({ description: 'the first reason of its worst open alert' })),
  maintenance: nullable(
    Type.Object(
      {
        fromMs: Type.Number({ description: 'ms since 1970; later than now if it is only planned' }),
        toMs: Type.Number({ description: 'when it ends by itself' }),
        by: Type.String({ description: 'the person who began or planned it' }),
        note: Type.Optional(Type.String({ description: 'why' })),
      },
      { description: 'the maintenance that is on, or the next one that is planned; null if there is none' },
    ),
  ),
});
type ListedState = Omit<MachineState, 'evidence' | 'conditionMs' | 'heardMs' | 'gapMs' | 'rest'>;
export type MachineView = Static<typeof MachineView> &
  ListedState & { urgency: Urgency; state: MachineStateName };

/** Facts beside a machine's own state that its view depends on. */
export interface ViewContext {
  nowMs: number;
  /** The time zone in which times are written; that of this computer if absent. */
  zone?: string | undefined;
  typeOf(name: string): MachineType | undefined;
  /** Since when a gateway is silent, in ms since 1970; null if it is not. */
  silentSinceMs(gateway: string): number | null;
  /** The maintenance that is on, or the next one that is planned; null if there is none. */
  maintenanceOf(name: { gateway: string; site: string; machine: string }): MaintenanceSpan | null;
  /** Why the cloud can store nothing at present; null if it can. */
  trouble: string | null;
}

/** A machine that was never unheard for longer may be unheard for so long, and one that often was for three times that. */
const unheardMsMin = 15 * 60_000;
const unheardMsMax = 86_400_000;
const gapFactor = 3;
/** A machine at rest, of whose type nothing else is known, may be unheard for a weekend. */
const unheardAtRestMs = 3 * 86_400_000;

export function machineKey(of: { gateway: string; site: string; machine: string }): string {
  return `${of.gateway}/${of.site}/${of.machine}`;
}

/** The open alerts of each machine, by `machineKey`, the worst first. */
function alertsByMachine(open: readonly Alert[]): Map<string, MachineAlert[]> {
  const found = new Map<string, MachineAlert[]>();
  for (const alert of open) {
    if (!('prediction' in alert)) continue;
    const { site, machine } = alert.prediction;
    const key = machineKey({ gateway: alert.gateway, site, machine });
    const others = found.get(key);
    if (!others) found.set(key, [alert]);
    else if (alert.prediction.severity === 'critical') others.unshift(alert);
    else others.push(alert);
  }
  return found;
}

const declaresLimits = new WeakMap<MachineType, boolean>();

/** Null if the type is not known. */
function hasLimits(type: MachineType | undefined): boolean | null {
  if (!type) return null;
  const known = declaresLimits.get(type) ?? type.sensors.some((sensor) => limitsOf(sensor).length > 0);
  declaresLimits.set(type, known);
  return known;
}

function evidenceOf(
  state: MachineState,
  alerts: readonly MachineAlert[],
  maintenance: MaintenanceSpan | null,
  { nowMs, zone, typeOf, silentSinceMs, trouble }: ViewContext,
): MachineEvidence {
  const { evidence, health, anomaly, remainingLife, source, gateway, lastSeenMs, conditionMs } = state;
  const type = typeOf(state.machineType);
  const isKnown = lastSeenMs > 0;
  const estimate =
    health === null && remainingLife === null
      ? null
      : { source: source ?? 'rules', remainingLife, health: health ?? 0 };
  const byType = (): MachineEvidence['policiesMet'] => {
    const life = remainingLife?.p50 ?? null;
    // An older gateway does not say how sure an estimate is.
    const confidence = evidence?.confidence ?? 1;
    return type ? policyLevel(type.alerts, { life, anomaly: anomaly ?? 0, confidence }) : null;
  };
  const said = evidence?.limits === null ? undefined : evidence;
  return {
    nowMs,
    zone,
    failedMs: state.condition === 'failed' ? (conditionMs ?? lastSeenMs) : null,
    alerts: alerts.map(({ openedAt, prediction: { failureMode, severity, reasons } }) => ({
      failureMode,
      severity,
      reasons,
      sinceMs: Date.parse(openedAt),
    })),
    maintenance: maintenance !== null && maintenance.fromMs <= nowMs ? maintenance : null,
    gateway: { name: gateway, silentSinceMs: silentSinceMs(gateway) },
    trouble,
    lastReadingMs: isKnown ? lastSeenMs : null,
    heardMs: isKnown ? (state.heardMs ?? lastSeenMs) : null,
    unheardMsMax: unheardMax(state, type),
    restSinceMs: state.rest ? (state.rest.sinceMs ?? state.rest.saidMs) : null,
    estimate,
    limitsMet: said?.limitsMet ?? null,
    policiesMet: said?.policiesMet === undefined ? byType() : said.policiesMet,
    hasLimits: said ? (said.limits ?? 0) > 0 : hasLimits(type),
    learning: said ? said.learning : undefined,
    calmSinceMs: state.condition === 'running' ? (conditionMs ?? null) : null,
  };
}

/** The same time for a machine at rest as at its gateway, of whose alert it is an image. */
function unheardMax({ rest, gapMs = 0 }: MachineState, type: MachineType | undefined): number {
  const usualMs = Math.min(unheardMsMax, Math.max(unheardMsMin, gapFactor * gapMs));
  if (!rest) return usualMs;
  const { silentAtRestAfterMs = unheardAtRestMs } = type ?? {};
  return silentAtRestAfterMs === 0 ? Number.POSITIVE_INFINITY : Math.max(usualMs, silentAtRestAfterMs);
}

function urgencyOf(state: MachineStateName, worst: MachineAlert | undefined): Urgency {
  if (state === 'failed' || state === 'critical' || state === 'warning' || state === 'ok') return state;
  if (worst) return worst.prediction.severity;
  return state === 'stopped' || state === 'maintenance' ? 'ok' : 'unknown';
}

function inSeconds({ remainingLife: life, evidence }: MachineState): MachineView['remainingLifeS'] {
  const rowS = evidence?.rowS ?? null;
  if (life === null || rowS === null) return null;
  return { p10: rowS * life.p10, p50: rowS * life.p50, p90: rowS * life.p90 };
}

function shownMaintenance({ fromMs, toMs, by, note }: MaintenanceSpan): MachineView['maintenance'] {
  return { fromMs, toMs, by, ...(note !== undefined && { note }) };
}

/** The machines as the API shows them, most urgent first. */
export function viewsOf(
  machines: readonly MachineState[],
  openAlerts: readonly Alert[],
  context: ViewContext,
): MachineView[] {
  const alertsOf = alertsByMachine(openAlerts);
  return machines
    .map((machine) => {
      const alerts = alertsOf.get(machineKey(machine)) ?? [];
      const maintenance = context.maintenanceOf(machine);
      const { state, reason, sinceMs } = machineStateOf(evidenceOf(machine, alerts, maintenance, context));
      const { evidence: _, conditionMs: _at, heardMs: _heard, gapMs: _gap, rest: _rest, ...listed } = machine;
      return {
        ...listed,
        urgency: urgencyOf(state, alerts[0]),
        state,
        stateReason: reason,
        since: sinceMs,
        remainingLifeS: inSeconds(machine),
        gatewaySilentSinceMs: context.silentSinceMs(machine.gateway),
        reason: alerts[0]?.prediction.reasons[0] ?? null,
        maintenance: maintenance && shownMaintenance(maintenance),
      };
    })
    .sort(byUrgency);
}

/** The state of each machine by `machineKey`, and nothing else: it is asked for again and again. */
export function statesOf(
  machines: readonly MachineState[],
  openAlerts: readonly Alert[],
  context: ViewContext,
): Map<string, MachineStateName> {
  const alertsOf = alertsByMachine(openAlerts);
  return new Map(
    machines.map((machine) => {
      const key = machineKey(machine);
      const alerts = alertsOf.get(key) ?? [];
      return [
        key,
        machineStateOf(evidenceOf(machine, alerts, context.maintenanceOf(machine), context)).state,
      ];
    }),
  );
}

const ranks = new Map<string, number>(machineStates.map((name, rank) => [name, rank]));

/** The number by which states are ordered, the most urgent first. */
function rankOf(state: MachineStateName): number {
  return ranks.get(state) ?? ranks.size;
}

/** Order by state, then shortest remaining life, lowest health, name. Machines without a value come last. */
export function byUrgency(a: MachineView, b: MachineView): number {
  return (
    rankOf(a.state) - rankOf(b.state) ||
    ascending(a.remainingLife?.p50 ?? null, b.remainingLife?.p50 ?? null) ||
    ascending(a.health, b.health) ||
    (machineKey(a) < machineKey(b) ? -1 : 1)
  );
}

function ascending(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}

/** Order of alerts: open before resolved, critical before warning, newest first. */
export function byAttention(a: Alert, b: Alert): number {
  return (
    Number(a.state === 'resolved') - Number(b.state === 'resolved') ||
    (a.state === 'open'
      ? Number(alertSaid(a).severity === 'warning') - Number(alertSaid(b).severity === 'warning')
      : 0) ||
    b.updatedAt.localeCompare(a.updatedAt)
  );
}
