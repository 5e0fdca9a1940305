/** The suite that every kind of decision must pass that hears no readings, and sets what a hot path reads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkGateway } from '../../../gateway/check-config.ts';
import { DecisionsConfig } from '../../../gateway/decisions/config.ts';
import { createDecisions, type Decisions } from '../../../gateway/decisions/create-decisions.ts';
import { decisions as parts } from '../../../gateway/decisions/decisions.ts';
import type { Assessor } from '../../../gateway/ports/decision.ts';
import type { AnyDecisionPart, DecisionDeps } from '../../../gateway/ports/decisions/decision-part.ts';
import { checkEvent, type HarbingerEvent } from '../../../shared/contract/events.ts';
import { Metrics } from '../../../shared/parts/metrics.ts';
import { partOfKind } from '../../../shared/parts/registry.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { type ManualClock, manualClock } from '../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { undeclared } from '../../support/scraped-metrics.ts';
import { expectDeclaredReports } from '../reports.ts';

export interface SetpointHarness {
  kind: string;
  /** Makes what is governed; `due` makes it due for a decision that changes it. */
  governed(): { deps: Partial<DecisionDeps>; due(): void; setpoint(): unknown };
  /** A wrong setting of its table, and its key. */
  wrong: { setting: string; key: string };
  /** Its records are kept until the journal takes them; absent: one that cannot be journalled is lost, and counted. */
  keepsRecords?: true;
}

const nobody: Assessor = { name: 'nobody', version: '1.0.0', assess: async (all) => all.map(() => null) };
const readConfig = compileValidator(DecisionsConfig);

export function describeSetpoint(harness: SetpointHarness): void {
  const { kind } = harness;
  const part = partOfKind<AnyDecisionPart>(parts, kind);

  describe(`a decision of kind ${kind}`, () => {
    let dataDir: string;
    let clock: ManualClock;
    let isOutboxDown: boolean;
    let events: HarbingerEvent[];
    let governed: ReturnType<SetpointHarness['governed']>;

    beforeEach(() => {
      dataDir = mkdtempSync(join(tmpdir(), 'harbinger-setpoint-'));
      clock = manualClock();
      isOutboxDown = false;
      events = [];
      governed = harness.governed();
    });
    afterEach(() => rmSync(dataDir, { recursive: true }));

    async function create(): Promise<Decisions> {
      const outbox: DecisionDeps['outbox'] = {
        async event(event) {
          if (isOutboxDown) throw new Error('no space left on device');
          events.push(checkEvent(structuredClone(event)));
        },
        estimates() {},
      };
      const assessors = { modelAssessor: nobody, rulesAssessor: nobody };
      const deps = { gateway: 'g', ...assessors, outbox, dataDir, clock, log: silentLog, ...governed.deps };
      return createDecisions(
        readConfig({}, (problem) => new Error(problem)),
        deps,
        [part],
      );
    }
    async function start(): Promise<Decisions> {
      const decisions = await create();
      for (const { made } of decisions.running) await made.start();
      return decisions;
    }
    const decide = async () => {
      governed.due();
      await clock.advance(60_000);
      await clock.advance(0);
    };
    const stop = ({ running }: Decisions) => Promise.all(running.map(({ made }) => made.stop()));
    const countsOf = ({ running }: Decisions) => running[0]!.made.stats();

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

    it('changes what is governed, and records why', async () => {
      const decisions = await start();
      const before = structuredClone(governed.setpoint());
      await decide();
      expect(governed.setpoint()).not.toEqual(before);
      expect(events).toMatchObject([{ data: { decision: kind, mode: 'active' } }]);
      const { data } = events[0]! as HarbingerEvent<'io.harbinger.decision.recorded.v1'>;
      expect(await decisions.replay([data])).toMatchObject([{ outcome: 'same' }]);
      await stop(decisions);
    });

    it('decides all the same while nothing can be journalled', async () => {
      const decisions = await start();
      isOutboxDown = true;
      const before = structuredClone(governed.setpoint());
      await decide();
      expect(governed.setpoint()).not.toEqual(before);
      expect(countsOf(decisions).events.pending).toBe(harness.keepsRecords ? 1 : 0);
      isOutboxDown = false;
      await clock.advance(60_000);
      await clock.advance(0);
      expect(countsOf(decisions).events.pending).toBe(0);
      expect(events).toHaveLength(harness.keepsRecords ? 1 : 0);
      await stop(decisions);
    });

    it('decides nothing that it does not need to, and nothing after its end', async () => {
      const decisions = await start();
      await clock.advance(3_600_000);
      expect(countsOf(decisions).decision.decided).toMatchObject({ active: 0, fallback: 0 });
      await stop(decisions);
      await decide();
      expect(countsOf(decisions).decision.decided).toMatchObject({ active: 0, fallback: 0 });
    });

    it('can be stopped before it was started', async () => {
      await stop(await create());
    });

    it('reports what it declares', async () => {
      const decisions = await start();
      await decide();
      await expectDeclaredReports(part, decisions.running[0]!.made);
      const text = await new Metrics(() => decisions.reporters, new Registry()).text();
      expect(undeclared(text, decisions.reporters)).toEqual([]);
      expect(text).toContain(`harbinger_decisions_total{decision="${kind}",mode="active"} 1`);
      await stop(decisions);
    });
  });
}
