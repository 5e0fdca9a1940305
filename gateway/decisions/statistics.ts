/** The counts that all kinds of decision have, each kind under its name. */
import { Type } from '@sinclair/typebox';
import { reportOf, type Sample } from '../../shared/parts/statistics.ts';
import type { DecisionCounts } from '../ports/decision.ts';

const breakerStates = ['closed', 'half-open', 'open'] as const;

interface NamedCounts extends DecisionCounts {
  /** The kind of decision. */
  name: string;
}

export const decisionsReport = reportOf<{ decisions: readonly NamedCounts[] }>()({
  name: 'Decisions',
  statistics: {
    harbinger_decisions_total: {
      type: 'counter',
      help: 'Decisions, by kind and by the deciding side (active or fallback)',
      labels: ['decision', 'mode'],
    },
    harbinger_decisions_by_policy_total: {
      type: 'counter',
      help: 'Decisions, by kind and by the deciding policy',
      labels: ['decision', 'policy'],
    },
    harbinger_decision_breaker_state: {
      type: 'gauge',
      help: 'Circuit breaker around the active policy, for alerts the model',
      labels: ['decision', 'state'],
    },
    harbinger_decision_breaker_opened_total: {
      type: 'counter',
      help: 'Times that the breaker was opened: by failures in a row, by answers that took nearly the whole budget (latency), or that took longer and longer (trend)',
      labels: ['decision', 'by'],
    },
    harbinger_decision_inputs_dropped_total: {
      type: 'counter',
      help: 'Inputs not decided because earlier ones were in progress',
      labels: ['decision'],
    },
    harbinger_decision_events_pending: {
      type: 'gauge',
      help: 'Events that wait for the journal',
      labels: ['decision'],
    },
  },
  status: {
    decisions: Type.Array(Type.Object({ name: Type.String() }, { additionalProperties: true })),
  },
  samples({ decisions }) {
    const each = (samplesOf: (counts: DecisionCounts) => Sample[]) =>
      decisions.flatMap((counts) =>
        samplesOf(counts).map(({ value, labels }) => ({
          value,
          labels: { decision: counts.name, ...labels },
        })),
      );
    return {
      harbinger_decisions_total: each(({ decision }) => labelled('mode', decision.decided)),
      harbinger_decisions_by_policy_total: each(({ decision }) => labelled('policy', decision.byPolicy)),
      harbinger_decision_breaker_state: each(({ decision }) =>
        breakerStates.map((state) => ({
          value: decision.breaker.state === state ? 1 : 0,
          labels: { state },
        })),
      ),
      harbinger_decision_breaker_opened_total: each(({ decision }) =>
        labelled('by', decision.breaker.openings),
      ),
      harbinger_decision_inputs_dropped_total: each(({ dropped }) => [{ value: dropped }]),
      harbinger_decision_events_pending: each(({ events }) => [{ value: events.pending }]),
    };
  },
});

function labelled(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ value, labels: { [label]: name } }));
}
