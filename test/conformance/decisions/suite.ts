/**
 * The suite that every kind of decision must pass (test/conformance/decisions). Each kind provides, in a file beside this
 * one, what it decides about. Assessors and outbox fail when the suite says so; time is the test's.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkGateway } from '../../../gateway/check-config.ts';
import { DecisionsConfig } from '../../../gateway/decisions/config.ts';
import { createDecisions, type Decisions } from '../../../gateway/decisions/create-decisions.ts';
import { decisions as parts } from '../../../gateway/decisions/decisions.ts';
import type { AlertInput, Assessor } from '../../../gateway/ports/decision.ts';
import type { AnyDecisionPart, DecisionDeps } from '../../../gateway/ports/decisions/decision-part.ts';
import { type Assessment, checkEvent, type HarbingerEvent } from '../../../shared/contract/events.ts';
import { Metrics } from '../../../shared/parts/metrics.ts';
import { partOfKind } from '../../../shared/parts/registry.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { type ManualClock, manualClock } from '../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { undeclared } from '../../support/scraped-metrics.ts';
import { expectDeclaredReports } from '../reports.ts';

export interface DecisionHarness {
  kind: string;
  /** Inputs that are due now. */
  inputs(clock: ManualClock): AlertInput[];
  /** An assessment that changes something if it comes often enough, by whoever assessed. */
  changing(source: 'model' | 'rules'): Assessment;
  /** A wrong setting of its table, and its key. */
  wrong: { setting: string; key: string };
}

/** How often the same input is evaluated, at most, until something changes. */
const evaluationsMax = 20;
const recorded = 'io.harbinger.decision.recorded.v1';
/** Events that decide nothing: a record of what is open was begun or is known, or this is how an open alert is now. */
const others: readonly string[] = [
  'io.harbinger.record.begun.v1',
  'io.harbinger.record.known.v1',
  'io.harbinger.record.part.v1',
  'io.harbinger.prediction.now.v1',
];
const readConfig = compileValidator(DecisionsConfig);

export function describeDecision(harness: DecisionHarness): void {
  const { kind } = harness;
  const part = partOfKind<AnyDecisionPart>(parts, kind);

  describe(`a decision of kind ${kind}`, () => {
    let dataDir: string;
    let clock: ManualClock;
    let model: 'answers' | 'fails' | 'hangs';
    let answer: () => void;
    let isOutboxDown: boolean;
    let events: HarbingerEvent[];
    let created: Decisions[];

    beforeEach(() => {
      dataDir = mkdtempSync(join(tmpdir(), 'harbinger-decision-'));
      clock = manualClock();
      model = 'answers';
      answer = () => undefined;
      isOutboxDown = false;
      events = [];
      created = [];
    });
    afterEach(async () => {
      answer();
      for (const { running } of created) await Promise.all(running.map(({ made }) => made.stop()));
      rmSync(dataDir, { recursive: true });
    });

    const modelAssessor: Assessor = {
      name: 'model',
      version: '1.0.0',
      assess(inputs) {
        if (model === 'hangs')
          return new Promise((resolve) => (answer = () => resolve(inputs.map(() => null))));
        if (model === 'fails') return Promise.reject(new Error('the worker is gone'));
        return Promise.resolve(inputs.map(() => harness.changing('model')));
      },
    };
    const rulesAssessor: Assessor = {
      name: 'rules',
      version: '1.0.0',
      assess: async (inputs) => inputs.map(() => harness.changing('rules')),
    };
    async function start(): Promise<Decisions> {
      const deps: DecisionDeps = {
        gateway: 'g',
        modelAssessor,
        rulesAssessor,
        outbox: {
          async event(event) {
            if (isOutboxDown) throw new Error('no space left on device');
            const checked = checkEvent(structuredClone(event));
            if (!others.includes(checked.type)) events.push(checked);
          },
          estimates() {},
        },
        dataDir,
        clock,
        log: silentLog,
      };
      const config = readConfig({}, (problem) => new Error(problem));
      const decisions = await createDecisions(config, deps, [part]);
      created.push(decisions);
      for (const { made } of decisions.running) await made.start();
      return decisions;
    }
    const stopped = async ({ running }: Decisions) => {
      const stopping = Promise.all(running.map(({ made }) => made.stop()));
      if (model === 'hangs') await clock.advance(60_000);
      await stopping;
    };
    const countsOf = ({ running }: Decisions) => running[0]!.made.stats();
    const changes = () => events.filter(({ type }) => type !== recorded);
    const evaluate = async (decisions: Decisions) => {
      await clock.advance(1_000);
      const evaluating = decisions.evaluate(harness.inputs(clock));
      if (model === 'hangs') await clock.advance(10_000);
      await evaluating;
    };
    const until = async (decisions: Decisions, isReached: () => boolean) => {
      for (let i = 0; i < evaluationsMax && !isReached(); i++) await evaluate(decisions);
      expect(isReached()).toBe(true);
    };

    it('documents itself and each of its settings', () => {
      expect(part.about).toMatch(/^[A-Z].*\.$/);
      for (const [name, setting] of Object.entries(part.config.properties))
        expect((setting as { description?: string }).description, name).toMatch(/^[A-Z].*\.$/);
    });

    it('refuses a wrong setting, with file and key', () => {
      const file = join(dataDir, 'gateway.toml');
      writeFileSync(file, `gateway = "g"\n[decisions.${kind}]\n${harness.wrong.setting}\n`);
      const { config, problems } = checkGateway({ file, defaults: { dataDir } }, { files: true });
      expect(config).toBeNull();
      expect(problems).toMatchObject([{ key: harness.wrong.key, file, line: 3 }]);
    });

    it('announces a change with the record of the decision behind it', async () => {
      const decisions = await start();
      await until(decisions, () => changes().length > 0);
      expect(changes()[0]!.data).toMatchObject({ decisionId: expect.any(String) });
      const { decisionId } = changes()[0]!.data as { decisionId: string };
      const records = events.filter(({ type }) => type === recorded);
      expect(records.map(({ data }) => (data as { decisionId: string }).decisionId)).toContain(decisionId);
    });

    it.each(['fails', 'hangs'] as const)('is made by rules if the model %s, and counted so', async (how) => {
      const decisions = await start();
      model = how;
      await until(decisions, () => changes().length > 0);
      expect(countsOf(decisions).decision.decided).toMatchObject({ active: 0 });
      expect(countsOf(decisions).decision.decided.fallback).toBeGreaterThan(0);
      expect(countsOf(decisions).decision.byPolicy).toEqual({
        rules: countsOf(decisions).decision.decided.fallback,
      });
    });

    it('keeps changes that cannot be journalled, and sends them once that works', async () => {
      const decisions = await start();
      isOutboxDown = true;
      await until(decisions, () => countsOf(decisions).events.pending > 0);
      expect(events).toEqual([]);
      isOutboxDown = false;
      await evaluate(decisions);
      expect(countsOf(decisions).events.pending).toBe(0);
      expect(changes()).toHaveLength(1);
    });

    it('announces nothing again after a restart', async () => {
      const before = await start();
      await until(before, () => changes().length > 0);
      await stopped(before);
      const after = await start();
      for (let i = 0; i < evaluationsMax; i++) await evaluate(after);
      expect(new Set(changes().map(({ id }) => id)).size).toBe(1);
    });

    it('stops within its limit although the model does not answer, and decides nothing after that', async () => {
      const decisions = await start();
      model = 'hangs';
      void decisions.evaluate(harness.inputs(clock));
      await stopped(decisions);
      const { decided } = structuredClone(countsOf(decisions).decision);
      await evaluate(decisions);
      expect(countsOf(decisions).decision.decided).toEqual(decided);
    });

    it('can be stopped before it was started', async () => {
      const config = readConfig({}, (problem) => new Error(problem));
      const outbox = { event: async () => undefined, estimates() {} };
      const deps = { gateway: 'g', modelAssessor, rulesAssessor, outbox, dataDir, clock, log: silentLog };
      await stopped(await createDecisions(config, deps, [part]));
    });

    it('reports what it declares', async () => {
      const decisions = await start();
      await until(decisions, () => changes().length > 0);
      await expectDeclaredReports(part, decisions.running[0]!.made);
      const text = await new Metrics(() => decisions.reporters, new Registry()).text();
      expect(undeclared(text, decisions.reporters)).toEqual([]);
      expect(text).toMatch(
        new RegExp(`harbinger_decisions_total\\{decision="${kind}",mode="active"\\} [1-9]`),
      );
      expect(text).toContain(`harbinger_decision_events_pending{decision="${kind}"} 0`);
    });
  });
}
