import { type Static, Type } from '@sinclair/typebox';
import { alertSaid } from '../../shared/contract/alert-content.ts';
import { isHeardAgain } from '../../shared/contract/alerts/alert-kinds.ts';
import { type MachineStateName, machineStates } from '../../shared/machine-state/evidence.ts';
import { machineStateOf } from '../../shared/machine-state/machine-state.ts';
import type { Alert, MachineAlert } from '../ports/alerts.ts';
import type { MachineState, MaintenanceSpan } from '../ports/machines.ts';
import { evidenceOf, type ListedState, listedOf, type ViewContext } from './machine-evidence.ts';
import { Behaviour, Mode, nullable } from './schemas.ts';

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
  estimator: Type.Optional(
    Type.Object(
      { name: Type.String(), version: Type.String() },
      { description: 'the model or detector of the latest estimate; absent if it has none, or is not known' },
    ),
  ),
  condition: Type.Union([Type.Literal('running'), Type.Literal('failed')]),
  openAlerts: Type.Integer({ minimum: 0 }),
  urgency: Urgency,
  returnedMs: Type.Optional(
    Type.Number({ description: 'when it was heard again after it had been retired, ms since 1970' }),
  ),
  renamedTo: Type.Optional(
    Type.String({
      description: 'SITE/MACHINE that it was renamed to, before it was heard again under this name',
    }),
  ),
  renamedFrom: Type.Optional(
    Type.String({
      description: 'SITE/MACHINE that it was renamed from, as long as nothing has come under its new name',
    }),
  ),
  runningS: Type.Optional(
    Type.Number({
      description:
        'for how many seconds it has run since its gateway first saw it or learnt when it rests, or since it was replaced; absent if it is not known when it runs (runsWhen)',
    }),
  ),
  behaviour: Behaviour,
  mode: Mode,
  gatewaySilentSinceMs: nullable(
    Type.Number({
      description: 'since when its gateway is silent, and nothing is known of it, ms since 1970',
    }),
  ),
  state: State,
  stateReason: Type.String({ description: 'a sentence that says why' }),
  estimateMs: nullable(
    Type.Number({ description: 'the time of the newest reading that was judged, ms since 1970' }),
  ),
  unknown: nullable(
    Type.Object(
      {
        sinceMs: nullable(Type.Number({ description: 'ms since 1970' })),
        reason: Type.String(),
        isHeard: Type.Optional(
          Type.Literal(true, {
            description:
              'it is heard all the same, by values that its sensors cannot have; alerts about these hold',
          }),
        ),
        isSilent: Type.Optional(
          Type.Literal(true, { description: 'nothing is heard of it, although something should be' }),
        ),
      },
      {
        description:
          'since when, and why, nothing is known of what its alerts and its estimate say; null if something is',
      },
    ),
  ),
  since: nullable(
    Type.Number({
      description: 'since when it has been so, as far as the cloud knows, ms since 1970; null if not known',
    }),
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
  muted: nullable(
    Type.Object(
      { by: Type.String(), why: Type.String(), untilMs: Type.Optional(Type.Number()) },
      {
        description: 'the person who has muted it, so that nobody is told of its alerts; null if nobody has',
      },
    ),
  ),
});
export type MachineView = Static<typeof MachineView> &
  ListedState & { urgency: Urgency; state: MachineStateName };

export function machineKey(of: { gateway: string; site: string; machine: string }): string {
  return `${of.gateway}/${of.site}/${of.machine}`;
}

/** The open alerts that say something of each machine now, by `machineKey`, the worst first. */
function alertsByMachine(open: readonly Alert[]): Map<string, MachineAlert[]> {
  const found = new Map<string, MachineAlert[]>();
  for (const alert of open) {
    // A machine that is heard again is not silent, although its alert is still open because it may be silent again soon.
    if (!('prediction' in alert) || isHeardAgain(alert.prediction)) continue;
    const { site, machine } = alert.prediction;
    const key = machineKey({ gateway: alert.gateway, site, machine });
    const others = found.get(key);
    if (!others) found.set(key, [alert]);
    else if (alert.prediction.severity === 'critical') others.unshift(alert);
    else others.push(alert);
  }
  return found;
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
      const { state, reason, sinceMs, unknown } = machineStateOf(
        evidenceOf(machine, alerts, maintenance, context),
      );
      return {
        ...listedOf(machine),
        urgency: urgencyOf(state, alerts[0]),
        state,
        stateReason: reason,
        since: sinceMs,
        estimateMs: machine.estimateMs ?? null,
        unknown,
        remainingLifeS: inSeconds(machine),
        behaviour: machine.evidence?.behaviour ?? null,
        mode: machine.evidence?.mode ?? null,
        gatewaySilentSinceMs: context.contactOf(machine.gateway)?.silentSinceMs ?? null,
        reason: alerts[0]?.prediction.reasons[0] ?? null,
        maintenance: maintenance && shownMaintenance(maintenance),
        muted: context.mutedOf?.(machine) ?? null,
      };
    })
    .sort(byUrgency);
}

/** The state of each machine in short, by `machineKey`; it is asked for again and again, to see whether it has changed. */
export function statesOf(
  machines: readonly MachineState[],
  openAlerts: readonly Alert[],
  context: ViewContext,
): Map<string, string> {
  const alertsOf = alertsByMachine(openAlerts);
  return new Map(
    machines.map((machine) => {
      const key = machineKey(machine);
      const alerts = alertsOf.get(key) ?? [];
      const evidence = evidenceOf(machine, alerts, context.maintenanceOf(machine), context);
      const muted = context.mutedOf?.(machine) ? ' muted' : '';
      return [key, `${shortState(machineStateOf(evidence))}${muted}`];
    }),
  );
}

/** The part of a state that does not change with each reading. */
export function shortState({ state, unknown }: Pick<MachineView, 'state' | 'unknown'>): string {
  return unknown ? `${state}, unknown` : state;
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
