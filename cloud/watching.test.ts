/** Conditions that the cloud finds, over restarts and what people do, with its real database. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConditionEvaluator, checkEveryMs } from '../shared/conditions/evaluator.ts';
import type { NotifierFacts } from '../shared/conditions/notifier.ts';
import { silentLog } from '../shared/runtime/log.ts';
import { seededRandom } from '../shared/runtime/random.ts';
import { compileValidator } from '../shared/runtime/validate.ts';
import type { CloudFacts } from './conditions/facts.ts';
import { CloudConfig } from './config.ts';
import { Contacts } from './contacts/contacts.ts';
import { journal, TestOperations } from './operations/operations.testing.ts';
import type { TwinGateways } from './ports/contacts/contacts.ts';
import { createWatching, type WatchingDeps } from './watching.ts';

let test: TestOperations;
let contacts: Contacts;
let watching: ConditionEvaluator<CloudFacts>;
let isHealthy = true;
let notifiers: NotifierFacts[] = [];
let twins: TwinGateways[] = [];

beforeEach(async () => {
  [isHealthy, notifiers, twins] = [true, [], []];
  test = new TestOperations();
  await begin();
});
afterEach(async () => {
  await watching.stop();
  await test.remove();
});

async function begin(): Promise<void> {
  const { clock, now: operations, dataDir } = test;
  const base = { clock, log: silentLog };
  const table = { gateways: [{ id: 'north', password: 'not-asked-for-here' }] };
  const config = compileValidator(CloudConfig)(table, (problem) => new Error(problem));
  contacts = new Contacts({
    ...base,
    configured: ['north'],
    latestBatchMs: operations.latestBatchMs(),
    store: operations.contacts,
    silentAfterMs: config.conditions.gatewaySilentS * 1_000,
  });
  watching = createWatching({
    ...base,
    config,
    operations,
    contacts,
    random: seededRandom(3),
    dataDir,
    space: { space: null } as WatchingDeps['space'],
    store: { kind: 'embedded', healthy: () => isHealthy },
    notifiers: () => notifiers,
    retention: () => null,
    proposals: () => [],
    twins: () => twins,
    configTrouble: { problem: null },
  });
  await watching.start();
}

async function restart(): Promise<void> {
  await watching.stop();
  await contacts.stop();
  await test.reopen();
  await begin();
}

/** Lets time pass, and everything be checked in it. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += checkEveryMs) {
    test.clock.advanceNow(checkEveryMs - 1);
    await watching.check();
    test.clock.advanceNow(1);
    await watching.check();
  }
}

const alerts = () =>
  test.now.alerts
    .all()
    .map((alert) => ('condition' in alert ? `${alert.condition.condition} ${alert.state}` : ''));

describe('a condition that was closed by hand', () => {
  it('stays closed over restarts while its cause lasts, and opens when that begins anew', async () => {
    isHealthy = false;
    await pass(120_000);
    expect(alerts()).toEqual(['store-down open']);
    await test.now.closing.close(test.now.alerts.all()[0]!.alertId, { reason: 'known', by: '' });
    await pass(120_000);
    await restart();
    await pass(300_000);
    expect(alerts()).toEqual(['store-down resolved']);
    isHealthy = true;
    await pass(60_000);
    await restart();
    isHealthy = false;
    await pass(120_000);
    expect(alerts().sort()).toEqual(['store-down open', 'store-down resolved']);
  });
});

it('an open alert that an earlier version did not keep has somebody who ends it', async () => {
  isHealthy = false;
  await pass(120_000);
  await watching.stop();
  await test.now.conditions.save({ open: [], pending: null });
  isHealthy = true;
  await begin();
  await pass(120_000);
  expect(alerts()).toEqual(['store-down resolved']);
});

it('two gateways of one name are told of, and that one of them is gone', async () => {
  twins = [{ gateway: 'north', sinceMs: test.clock.nowMs(), addresses: ['192.0.2.1', '192.0.2.7'] }];
  await pass(60_000);
  expect(alerts()).toEqual(['gateway-twins open']);
  const [alert] = test.now.alerts.all();
  const { reasons = [], about } = alert && 'condition' in alert ? alert.condition : {};
  expect(about).toEqual({ kind: 'gateway', name: 'north' });
  expect(reasons.join(' ')).toMatch(
    /^2 gateways call themselves north; .* 192\.0\.2\.1 and 192\.0\.2\.7\. .* a name of its own/,
  );
  // A start of the cloud, which has to find both of them again, ends nothing.
  twins = [];
  await pass(60_000);
  expect(alerts()).toEqual(['gateway-twins open']);
  await pass(120_000);
  expect(alerts()).toEqual(['gateway-twins resolved']);
});

describe('a gateway that is silent', () => {
  const hear = (machine: string) =>
    test.now.watermarks.advance({
      gateway: 'north',
      journal,
      lane: 'readings',
      firstSeq: 0,
      lastSeq: 0,
      machines: [{ site: 'leeds', machine, machineType: 'pump', lastSeenMs: test.clock.nowMs() }],
    });
  const pump = { gateway: 'north', site: 'leeds', machine: 'pump-1' };

  async function lose(): Promise<void> {
    contacts.connected('north');
    await hear('pump-1');
    contacts.disconnected('north');
    await pass(330_000);
    expect(alerts()).toEqual(['gateway-silent open']);
  }

  it('is told also when its machines were retired one by one, which does not retire it', async () => {
    await lose();
    await test.now.retirement.retire([pump]);
    await restart();
    await pass(10_000);
    expect(alerts()).toEqual(['gateway-silent open']);
  });

  it('is not told once it is retired, until it has a machine again', async () => {
    await lose();
    await test.now.retirement.retire([pump], 'north');
    await pass(10_000);
    expect(alerts()).toEqual(['gateway-silent resolved']);
    await restart();
    await pass(600_000);
    expect(alerts()).toEqual(['gateway-silent resolved']);
    contacts.connected('north');
    await hear('pump-2');
    contacts.disconnected('north');
    await pass(4_000_000);
    expect(alerts().sort()).toEqual(['gateway-silent open', 'gateway-silent resolved']);
  });
});

it('a notifier that fails is not said to deliver before it has, also when another one delivers after a restart', async () => {
  const notifier = (name: string, over: Partial<NotifierFacts> = {}): NotifierFacts => ({
    name,
    failingSinceMs: null,
    lastError: null,
    isKnown: true,
    ...over,
  });
  notifiers = [notifier('mail', { failingSinceMs: test.clock.nowMs() }), notifier('hook')];
  await pass(180_000);
  expect(alerts()).toEqual(['notifier-fails open']);
  await restart();
  notifiers = [notifier('mail', { isKnown: false }), notifier('hook')];
  await pass(180_000);
  expect(alerts()).toEqual(['notifier-fails open']);
  notifiers = [notifier('mail'), notifier('hook')];
  await pass(5_000);
  expect(alerts()).toEqual(['notifier-fails resolved']);
});
