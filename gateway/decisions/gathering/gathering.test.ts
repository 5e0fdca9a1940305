import { beforeEach, describe, expect, it } from 'vitest';
import { checkEvent, type DecisionRecord, type HarbingerEvent } from '../../../shared/contract/events.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { type ManualClock, manualClock } from '../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { type Gathering, ruledSetpoint } from '../../ports/gathering/gathering.ts';
import { GatheringDecisionConfig } from './config.ts';
import { GatheringDecision } from './gathering-decision.ts';

const readConfig = compileValidator(GatheringDecisionConfig);
let clock: ManualClock;
let counts: ReturnType<Gathering['counts']>;
let gathering: Gathering;
let events: HarbingerEvent[];
let decision: GatheringDecision;

async function start(config: object = {}): Promise<void> {
  const outbox = {
    event: async (event: HarbingerEvent) => void events.push(checkEvent(event)),
    estimates() {},
  };
  const read = readConfig(config, (problem) => new Error(problem));
  decision = new GatheringDecision({
    gateway: 'gw-1',
    gathering,
    config: read,
    outbox,
    clock,
    log: silentLog,
  });
  await decision.start();
}
beforeEach(async () => {
  clock = manualClock();
  events = [];
  counts = { messages: 0, batches: 0, waits: 0, fruitful: 0 };
  gathering = { setpoint: ruledSetpoint(1), counts: () => ({ ...counts }), waited: null, patience: 1 };
  await start();
});

/** A second in which so many waits were, and so many of them fruitful. */
async function second(waits: number, fruitful: number): Promise<number> {
  counts = {
    messages: counts.messages + 100,
    batches: counts.batches + 50,
    waits: counts.waits + waits,
    fruitful: counts.fruitful + fruitful,
  };
  for (let i = 0; i < waits; i++) gathering.waited?.();
  await clock.advance(1_000);
  await clock.advance(0);
  return gathering.setpoint.skipWaits;
}
const records = () => events.map(({ data }) => data as DecisionRecord);

describe('gathering', () => {
  it('is tried less and less often while it is in vain, and often again once it is worth it', async () => {
    const skips: number[] = [];
    for (let i = 0; i < 4; i++) skips.push(await second(10, 0));
    skips.push(await second(3, 1));
    skips.push(await second(10, 9));
    expect(skips).toEqual([16, 32, 32, 32, 32, 1]);
    expect(decision.stats().decision).toMatchObject({
      name: 'gathering',
      decided: { active: 6, fallback: 0 },
      byPolicy: { 'learned-gathering': 6 },
    });
  });

  it('is decided again after a failure', async () => {
    const { counts: counted } = gathering;
    gathering.counts = () => {
      throw new Error('it cannot be read');
    };
    await second(10, 0);
    gathering.counts = counted;
    expect(await second(10, 0)).toBe(16);
  });

  it('is not decided while nothing waits, and no timer runs', async () => {
    await clock.advance(600_000);
    expect(await second(0, 0)).toBe(8);
    expect(decision.stats().decision.decided).toMatchObject({ active: 0, fallback: 0 });
  });

  it('is recorded with its counts where it changes something, within a limit a minute', async () => {
    await second(10, 0);
    expect(records()).toMatchObject([
      {
        decision: 'gathering',
        subject: 'gw-1',
        mode: 'active',
        policy: { name: 'learned-gathering', version: '1.0.0' },
        inputs: { messages: 100, batches: 50, waits: 10, fruitful: 0, skipWaits: 8 },
        answer: { skipWaits: 16, enoughMessages: 10, enoughSoon: 6 },
        reasons: ['0 of 10 waits brought more messages: after one in vain 16 batches do not wait'],
      },
    ]);
    expect(events[0]!.subject).toBeUndefined();
    await second(10, 0);
    await second(10, 0);
    expect(records()).toHaveLength(2);
    for (let i = 0; i < 20; i++) await second(10, i % 2 === 0 ? 10 : 0);
    expect(records()).toHaveLength(6);
  });

  it('by a policy that answers beyond the bounds is decided by the rules', async () => {
    counts.fruitful = Number.NaN;
    gathering.setpoint = { ...gathering.setpoint, skipWaits: 1.5 };
    expect(await second(10, 0)).toBe(8);
    expect(decision.stats().decision).toMatchObject({
      decided: { active: 0, fallback: 1 },
      causes: { invalid: 1 },
      byPolicy: { 'gathering-rules': 1 },
    });
    expect(records()).toMatchObject([{ mode: 'fallback', policy: { name: 'gathering-rules' } }]);
  });

  it('can be repeated from its record', async () => {
    await second(10, 0);
    const [record] = records();
    const other = { ...record!, answer: { ...record!.answer, skipWaits: 3 } };
    const older = { ...record!, policy: { name: 'learned-gathering', version: '0.1.0' } };
    expect((await decision.replay([record!, other, older])).map(({ outcome }) => outcome)).toEqual([
      'same',
      'differs',
      'impossible',
    ]);
  });

  it('is what it was after a stop', async () => {
    await second(10, 0);
    await decision.stop();
    expect(gathering.waited).toBeNull();
    expect(await second(10, 0)).toBe(16);
  });
});
