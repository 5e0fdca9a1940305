/** Each condition of a gateway: from which facts on it is found, until which, and what is not known. */
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../shared/conditions/conditions.ts';
import type { ConditionData } from '../../shared/contract/condition.ts';
import { backlogGrows } from './backlog.ts';
import { cloudUnreachable } from './cloud.ts';
import { deadLettersArrive } from './dead-letters.ts';
import type { GatewayFacts } from './facts.ts';
import { modelMissing } from './model.ts';
import { brokerUnreachable } from './peers.ts';
import { batchesRefused } from './refused.ts';

const nowMs = Date.UTC(2026, 5, 1);
const cloud = { isConnected: true, lostSinceMs: null, lastError: null };
const opened = (severity: 'warning' | 'critical'): ConditionData => ({
  conditionId: 'c-1',
  condition: 'any',
  about: { kind: 'gateway', name: 'gw-1' },
  severity,
  reasons: [],
  since: '2026-06-01T00:00:00Z',
});

/** The severities that are found; `unknown` where nothing is known. */
function found<Facts>(condition: Condition<Facts>, facts: Facts, before?: 'warning' | 'critical') {
  const checked = condition.check(facts, nowMs, before ? [opened(before)] : []);
  if (checked === 'unknown') return checked;
  return checked.map((each) => ('severity' in each ? each.severity : 'not known'));
}

describe('backlog', () => {
  const facts = (share: number, droppedWithinHour = 0): Pick<GatewayFacts, 'backlog' | 'cloud'> => ({
    backlog: { share, blocks: 10, bytesMax: 1e9, droppedWithinHour },
    cloud,
  });

  it('is found from half of the journal on, is critical from nine tenths on, and where lines are dropped', () => {
    expect([0.49, 0.5, 0.9].map((share) => found(backlogGrows, facts(share)))).toEqual([
      [],
      ['warning'],
      ['critical'],
    ]);
    expect(found(backlogGrows, facts(0, 1))).toEqual(['critical']);
    expect(found(backlogGrows, { backlog: null, cloud: null })).toBe('unknown');
  });

  it('ends clearly below, and where no cloud is configured any more', () => {
    expect([0.45, 0.39].map((share) => found(backlogGrows, facts(share), 'warning'))).toEqual([
      ['warning'],
      [],
    ]);
    expect(found(backlogGrows, facts(0.85), 'critical')).toEqual(['critical']);
    expect(found(backlogGrows, facts(0.79), 'critical')).toEqual(['warning']);
    const none = { backlog: null, cloud: 'none' } as const;
    expect(found(backlogGrows, none, 'warning')).toEqual([]);
    expect(backlogGrows.ended(opened('warning'), none)).toBe('No cloud is configured any more.');
  });
});

describe('cloud-unreachable', () => {
  it('is found while the cloud is lost, is not known where nothing is, and ends where none is configured', () => {
    const lost = { isConnected: false, lostSinceMs: nowMs - 1, lastError: 'refused' };
    expect(found(cloudUnreachable, { cloud: lost })).toEqual(['warning']);
    expect(found(cloudUnreachable, { cloud })).toEqual([]);
    expect(found(cloudUnreachable, { cloud: null }, 'warning')).toBe('unknown');
    expect(found(cloudUnreachable, { cloud: 'none' }, 'warning')).toEqual([]);
    expect(cloudUnreachable.ended(opened('warning'), { cloud: 'none' })).toBe(
      'No cloud is configured any more.',
    );
    expect(cloudUnreachable.ended(opened('warning'), { cloud })).toBe('The cloud is reached again.');
  });
});

describe('broker-unreachable', () => {
  const peer = { name: 'plant', address: 'mqtt://b', isConnected: true, lostSinceMs: null, problem: '' };

  it('is found for each broker that is lost, and says whether it is reached again or not wanted any more', () => {
    const lost = { ...peer, isConnected: false, lostSinceMs: nowMs - 1, problem: 'refused' };
    expect(found(brokerUnreachable, { peers: [peer, lost] })).toEqual(['warning']);
    expect(brokerUnreachable.check({ peers: [lost] }, nowMs, [])).toMatchObject([{ item: 'plant' }]);
    const open = { ...opened('warning'), item: 'plant' };
    expect(brokerUnreachable.ended(open, { peers: [peer] })).toBe('The broker plant is reached again.');
    expect(brokerUnreachable.ended(open, { peers: [] })).toBe('The broker plant is not configured any more.');
  });
});

it('dead-letters says what to do with machines that no rule names, where most are of such', () => {
  const facts = { deadLetters: { arrivedWithinHour: 60, byCode: { DECODE_JSON: 3, MACHINE_UNKNOWN: 57 } } };
  expect(deadLettersArrive.check(facts, nowMs, [])).toMatchObject([
    { reasons: [expect.any(String), expect.stringContaining('harbinger machines waiting')] },
  ]);
});

it('dead-letters is found from 50 within an hour on, until there are fewer than 25, and names the codes', () => {
  const facts = (arrivedWithinHour: number) => ({
    deadLetters: { arrivedWithinHour, byCode: { DECODE_JSON: 3, DECODE_TOPIC: 40 } },
  });
  expect([49, 50].map((count) => found(deadLettersArrive, facts(count)))).toEqual([[], ['warning']]);
  expect([25, 24].map((count) => found(deadLettersArrive, facts(count), 'warning'))).toEqual([
    ['warning'],
    [],
  ]);
  expect(found(deadLettersArrive, { deadLetters: null })).toBe('unknown');
  expect(deadLettersArrive.check(facts(50), nowMs, [])).toMatchObject([
    { reasons: [expect.stringContaining('most are DECODE_TOPIC (40), DECODE_JSON (3)'), expect.anything()] },
  ]);
});

it('refused-batches is found while any is set aside', () => {
  expect([0, 1, 2].map((refusedBatches) => found(batchesRefused, { refusedBatches }))).toEqual([
    [],
    ['warning'],
    ['warning'],
  ]);
  expect(found(batchesRefused, { refusedBatches: null })).toBe('unknown');
});

it('model-missing is found where a model has a problem, or none is loaded although some are meant', () => {
  const model = (isMeant: boolean, loaded: number, problems: string[] = []) => ({
    model: { isMeant, loaded, problems },
  });
  expect(found(modelMissing, model(false, 0))).toEqual([]);
  expect(found(modelMissing, model(true, 1))).toEqual([]);
  expect(found(modelMissing, model(true, 0))).toEqual(['warning']);
  expect(found(modelMissing, model(false, 1, ['Model of pump: damaged']))).toEqual(['warning']);
});
