/** Each condition of the cloud: from which facts on it is found, until which, and what is not known. */
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../shared/conditions/conditions.ts';
import { notifierFails } from '../../shared/conditions/notifier.ts';
import type { ConditionData } from '../../shared/contract/condition.ts';
import type { GatewayContact } from '../ports/contacts/contacts.ts';
import type { RetentionState } from '../ports/retention/retention.ts';
import type { WatchedGateway } from './facts.ts';
import { gatewayIdle, gatewaySilent } from './gateway.ts';
import { quarantineFills } from './quarantine.ts';
import { retentionFails } from './retention.ts';
import { storeDown } from './store.ts';

const nowMs = Date.UTC(2026, 5, 1);
const opened = (item?: string): ConditionData => ({
  conditionId: 'c-1',
  condition: 'any',
  about: { kind: 'gateway', name: 'north' },
  ...(item !== undefined && { item }),
  severity: 'warning',
  reasons: [],
  since: '2026-06-01T00:00:00Z',
});

function found<Facts>(condition: Condition<Facts>, facts: Facts, before: ConditionData[] = []) {
  const checked = condition.check(facts, nowMs, before);
  if (checked === 'unknown') return checked;
  return checked.map((each) => ('severity' in each ? each.severity : 'not known'));
}

describe('a gateway', () => {
  const heard: GatewayContact = {
    gateway: 'north',
    isConnected: true,
    heardMs: nowMs,
    state: 'heard',
    silentSinceMs: null,
    lostSinceMs: null,
    backSinceMs: null,
    idleSinceMs: null,
  };
  const facts = (over: Partial<WatchedGateway> = {}) => {
    const gateway = { ...heard, machines: 3, ...over };
    return { gateways: gateway.state === 'heard' ? [] : [gateway], gatewayNow: () => gateway };
  };
  const silent = { state: 'silent', isConnected: false, silentSinceMs: nowMs - 1 } as const;

  it('is silent critically if machines are behind it, and as a warning if it was stopped, or has none', () => {
    expect(found(gatewaySilent, facts())).toEqual([]);
    expect(found(gatewaySilent, facts(silent))).toEqual(['critical']);
    expect(found(gatewaySilent, facts({ ...silent, machines: 0 }))).toEqual(['warning']);
    expect(found(gatewaySilent, facts({ ...silent, state: 'stopped' }))).toEqual(['warning']);
    expect(gatewaySilent.ended(opened(), facts())).toContain('is heard again since');
    const none = { gateways: [], gatewayNow: () => undefined };
    expect(gatewaySilent.ended(opened(), none)).toContain('is not watched any more');
    expect(gatewayIdle.ended(opened(), none)).toContain('is not watched any more');
  });

  it('is idle as a warning, and the end says why: it sends, or it is silent', () => {
    const idle = facts({ state: 'idle', idleSinceMs: nowMs - 1 });
    expect(found(gatewayIdle, idle)).toEqual(['warning']);
    expect(found(gatewaySilent, idle)).toEqual([]);
    expect(found(gatewayIdle, facts(silent))).toEqual([]);
    expect(gatewayIdle.ended(opened(), facts())).toBe('Gateway north sends again.');
    expect(gatewayIdle.ended(opened(), facts(silent))).toContain('is not connected any more');
  });
});

it('store-down is found while the store is not healthy', () => {
  expect([true, false].map((isHealthy) => found(storeDown, { store: { kind: 'x', isHealthy } }))).toEqual([
    [],
    ['critical'],
  ]);
});

it('quarantine-fills is found from 80 % or 20 batches an hour on, and ends clearly below both', () => {
  const facts = (bytes: number, arrivedWithinHour = 0) => ({
    quarantine: { bytes, bytesMax: 100, arrivedWithinHour },
  });
  expect([79, 80, 100].map((bytes) => found(quarantineFills, facts(bytes)))).toEqual([
    [],
    ['warning'],
    ['critical'],
  ]);
  expect([19, 20].map((count) => found(quarantineFills, facts(0, count)))).toEqual([[], ['warning']]);
  expect([75, 69].map((bytes) => found(quarantineFills, facts(bytes), [opened()]))).toEqual([
    ['warning'],
    [],
  ]);
  expect([10, 9].map((count) => found(quarantineFills, facts(0, count), [opened()]))).toEqual([
    ['warning'],
    [],
  ]);
});

it('retention-bound is found where the store stays above its bound, or takes nothing more', () => {
  const facts = (usedBytes: number, whenFull: RetentionState['whenFull'] = 'oldest-first') => ({
    retention: { space: { usedBytes }, boundBytes: 100, whenFull } as RetentionState,
  });
  expect([100, 102, 103].map((bytes) => found(retentionFails, facts(bytes)))).toEqual([[], [], ['critical']]);
  expect(found(retentionFails, facts(101, 'refuse'))).toEqual(['critical']);
  expect(found(retentionFails, { retention: null })).toEqual([]);
  expect(found(retentionFails, { retention: { space: null } as RetentionState })).toBe('unknown');
});

it('notifier-fails is found of each that fails, and is not known of one that has not tried', () => {
  const notifier = (name: string, failingSinceMs: number | null, isKnown = true) => ({
    name,
    failingSinceMs,
    lastError: null,
    isKnown,
  });
  const notifiers = [notifier('a', nowMs - 1), notifier('b', null), notifier('c', null, false)];
  expect(found(notifierFails, { notifiers })).toEqual(['critical', 'not known']);
  expect(notifierFails.ended(opened('b'), { notifiers })).toBe("The notifier 'b' delivers again.");
  expect(notifierFails.ended(opened('x'), { notifiers })).toBe(
    "The notifier 'x' is not configured any more.",
  );
});
