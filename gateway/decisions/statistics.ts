import { Type } from '@sinclair/typebox';
import { reportOf } from '../../shared/parts/statistics.ts';
import type { AlertDecisionStats } from './alert/alert-decision.ts';

const breakerStates = ['closed', 'half-open', 'open'] as const;

/** `alerts` is the name of the alert decision in `/api/status`. */
export const alertDecisionReport = reportOf<{
  alerts: AlertDecisionStats & { openPredictions: readonly unknown[] };
}>()({
  name: 'Decisions',
  statistics: {
    harbinger_predictions_open: { type: 'gauge', help: 'Open predictions', labels: ['severity'] },
    harbinger_decisions_total: {
      type: 'counter',
      help: 'Alert decisions, by the deciding side (model or fallback)',
      labels: ['mode'],
    },
    harbinger_decisions_by_policy_total: {
      type: 'counter',
      help: 'Alert decisions, by the deciding policy',
      labels: ['policy'],
    },
    harbinger_decision_breaker_state: {
      type: 'gauge',
      help: 'Circuit breaker around the model',
      labels: ['state'],
    },
    harbinger_decision_inputs_dropped_total: {
      type: 'counter',
      help: 'Machines not decided because earlier ones were in progress',
    },
    harbinger_decision_events_pending: { type: 'gauge', help: 'Events that wait for the journal' },
  },
  status: {
    alerts: Type.Object({ openPredictions: Type.Array(Type.Unknown()) }, { additionalProperties: true }),
  },
  samples: ({ alerts: { open, decision, dropped, events } }) => ({
    harbinger_predictions_open: Object.entries(open).map(([severity, value]) => ({
      value,
      labels: { severity },
    })),
    harbinger_decisions_total: Object.entries(decision.decided).map(([mode, value]) => ({
      value,
      labels: { mode },
    })),
    harbinger_decisions_by_policy_total: Object.entries(decision.byPolicy).map(([policy, value]) => ({
      value,
      labels: { policy },
    })),
    harbinger_decision_breaker_state: breakerStates.map((state) => ({
      value: decision.breaker.state === state ? 1 : 0,
      labels: { state },
    })),
    harbinger_decision_inputs_dropped_total: dropped,
    harbinger_decision_events_pending: events.pending,
  }),
  summary: ({ alerts }) => ({ open: alerts.open }),
});
