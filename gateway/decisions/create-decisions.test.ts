import { Type } from '@sinclair/typebox';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { emptyStats } from '../../shared/decisions/stats.ts';
import { Metrics } from '../../shared/parts/metrics.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import type { Assessor } from '../ports/decision.ts';
import { decisionPart } from '../ports/decisions/decision-part.ts';
import { createDecisions } from './create-decisions.ts';

const seen: string[] = [];

/** A kind of decision that notes what it is told. */
const noting = (kind: string, isAboutMachines: boolean) =>
  decisionPart({
    kind,
    about: 'Notes.',
    config: Type.Object({}),
    create: () => ({
      start: async () => void seen.push(`${kind} starts`),
      stop: async () => void seen.push(`${kind} stops`),
      ...(isAboutMachines && {
        evaluate: async (inputs: readonly unknown[]) => void seen.push(`${kind} decides ${inputs.length}`),
        lifecycle: async () => void seen.push(`${kind} hears`),
      }),
      stats: () => ({
        decision: {
          ...emptyStats(kind),
          decided: { active: 3, fallback: 1, override: 0 },
          byPolicy: { p: 4 },
          breaker: { state: 'closed' as const, opened: 0, openings: { failures: 0, latency: 0, trend: 0 } },
        },
        dropped: 2,
        events: { pending: 5 },
      }),
    }),
  });

const nobody: Assessor = { name: 'nobody', version: '1.0.0', assess: async (all) => all.map(() => null) };

it('every kind decides about the same machines, hears of their ends, and is counted by its name', async () => {
  const parts = [noting('first', true), noting('second', true), noting('third', false)];
  const decisions = await createDecisions(
    { first: {}, second: {}, third: {} },
    {
      gateway: 'g',
      modelAssessor: nobody,
      rulesAssessor: nobody,
      outbox: { event: async () => undefined, estimates() {} },
      dataDir: '/nowhere',
      clock: manualClock(),
      log: silentLog,
    },
    parts,
  );
  expect(decisions.running.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
  await decisions.evaluate([]);
  const about = { site: 'lab', machine: 'm', machineType: 'generic' };
  await decisions.lifecycle({ state: 'failed', about, atMs: 0 });
  expect(seen).toEqual(['first decides 0', 'second decides 0', 'first hears', 'second hears']);
  const text = await new Metrics(() => decisions.reporters, new Registry()).text();
  for (const kind of ['first', 'second', 'third']) {
    expect(text).toContain(`harbinger_decisions_total{decision="${kind}",mode="active"} 3\n`);
    expect(text).toContain(`harbinger_decisions_by_policy_total{decision="${kind}",policy="p"} 4\n`);
    expect(text).toContain(`harbinger_decision_breaker_state{decision="${kind}",state="closed"} 1\n`);
    expect(text).toContain(`harbinger_decision_inputs_dropped_total{decision="${kind}"} 2\n`);
    expect(text).toContain(`harbinger_decision_events_pending{decision="${kind}"} 5\n`);
  }
  const status = Object.assign({}, ...decisions.reporters.map((reporter) => reporter.status()));
  expect(status).toMatchObject({ decisions: [{ name: 'first' }, { name: 'second' }, { name: 'third' }] });
});
