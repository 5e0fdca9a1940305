import { type Static, Type } from '@sinclair/typebox';
import { alertSaid } from '../../shared/contract/alert-content.ts';
import type { Alert, MachineAlert } from '../ports/alerts.ts';
import type { GatewayContacts } from '../ports/contacts/contacts.ts';
import type { MachineState } from '../ports/machines.ts';

export const Urgency = Type.Union(
  ['failed', 'critical', 'warning', 'ok', 'unknown'].map((name) => Type.Literal(name)),
  {
    description:
      'failed: it has stopped; critical, warning: severity of its worst open alert; unknown: not assessed yet',
  },
);
export type Urgency = 'failed' | 'critical' | 'warning' | 'ok' | 'unknown';

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
  reason: nullable(Type.String({ description: 'the first reason of its worst open alert' })),
});
export type MachineView = Static<typeof MachineView> & MachineState & { urgency: Urgency };

const ranks: Record<Urgency, number> = { failed: 0, critical: 1, warning: 2, ok: 3, unknown: 4 };

export function machineKey(of: { gateway: string; site: string; machine: string }): string {
  return `${of.gateway}/${of.site}/${of.machine}`;
}

/** The worst open alert of each machine, by `machineKey`. */
function worstAlerts(open: readonly Alert[]): Map<string, MachineAlert> {
  const worst = new Map<string, MachineAlert>();
  for (const alert of open) {
    if (!('prediction' in alert)) continue;
    const { site, machine } = alert.prediction;
    const key = machineKey({ gateway: alert.gateway, site, machine });
    const known = worst.get(key);
    if (!known || (known.prediction.severity === 'warning' && alert.prediction.severity === 'critical')) {
      worst.set(key, alert);
    }
  }
  return worst;
}

function urgencyOf(state: MachineState, worst: MachineAlert | undefined): Urgency {
  if (state.condition === 'failed') return 'failed';
  if (worst) return worst.prediction.severity;
  return state.health === null && state.remainingLife === null ? 'unknown' : 'ok';
}

/** The machines as the API shows them, most urgent first. */
export function viewsOf(
  machines: readonly MachineState[],
  openAlerts: readonly Alert[],
  contacts: Pick<GatewayContacts, 'of'>,
): MachineView[] {
  const worst = worstAlerts(openAlerts);
  return machines
    .map((state) => {
      const alert = worst.get(machineKey(state));
      return {
        ...state,
        urgency: urgencyOf(state, alert),
        gatewaySilentSinceMs: contacts.of(state.gateway)?.silentSinceMs ?? null,
        reason: alert?.prediction.reasons[0] ?? null,
      };
    })
    .sort(byUrgency);
}

/** Order by urgency, then shortest remaining life, lowest health, name. Machines without a value come last. */
export function byUrgency(a: MachineView, b: MachineView): number {
  return (
    ranks[a.urgency] - ranks[b.urgency] ||
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
