/**
 * Telling (test/simulation/telling): devices with clocks of their own that keep and send what they measure in any order, one or
 * two gateways with watch and decisions, and a cloud with alerts and notifications: the product's own code on the simulated clock. The
 * ledger is the truth about machines, and what people were told of it. How readings are stored and sent is proven one folder up.
 *
 * One run: a schedule for its duration; then everything is calm, and what is open must end.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import { yearFolder } from '../../plant-year/runs/folder.ts';
import { Ledger, type Problem } from '../world/ledger.ts';
import { World } from '../world/world.ts';
import { type Clients, Device } from './device.ts';
import type { Schedule } from './schedule.ts';
import { TellingCloud } from './site/cloud.ts';
import { TellingGateway } from './site/gateway.ts';
import { filesSettled } from './site/real-files.ts';
import { ToldBook } from './told.ts';
import { type Plant, Troubles } from './troubles.ts';
import { TruthBook } from './truth.ts';
import { BadgeWatch, verify } from './verify.ts';

/**
 * Everything that is open must end within so long, and nothing opens again for some time after that: an end waits for up to 36 hours
 * where a clock that jumped by hours made it seem that something had been away for long before it returned.
 */
const endMsMax = 40 * 3_600_000;
const sliceMs = 60_000;
const afterMs = 10 * 60_000;
const stepsMax = 3_000_000;

export interface TellingRun {
  problems: Problem[];
  steps: number;
  virtualMs: number;
  told: number;
  fingerprint: number;
  trace: string[];
  story: string[];
}

export async function runTelling(schedule: Schedule): Promise<TellingRun> {
  const world = new World(schedule.seed, { stepsMax, settled: filesSettled });
  const ledger = new Ledger();
  const folder = yearFolder();
  const told = new ToldBook(world);
  const cloud = new TellingCloud(world, ledger, (notification) => told.add(notification));
  const truth = new TruthBook(world, schedule.crossings);
  const first = new TellingGateway({ world, cloud, folder: join(folder, 'gateway') });
  const gateways: Plant['gateways'] = [first, null];
  const clients: Clients = new Map();
  const of = [() => gateways[0], () => gateways[1]];
  const devices = schedule.devices.map(
    (plan, index) => new Device({ plan, index, world, truth, gateways: of, clients }),
  );
  const plant: Plant = { world, cloud, gateways, devices, folder, schedule, told };
  const troubles = new Troubles(plant);
  const onRejection = (error: unknown) =>
    ledger.broken('no promise rejection is unhandled', messageOf(error));
  process.on('unhandledRejection', onRejection);
  try {
    cloud.start();
    first.start();
    for (const device of devices) device.start();
    troubles.plan();
    const badges = new BadgeWatch({ ...plant, truth, ledger });
    await world.runUntil(schedule.durationMs);
    badges.stop();
    void troubles.calm();
    for (const device of devices) device.quiet();
    await untilEnded(plant, ledger, troubles);
    verify({ ...plant, truth, ledger });
  } catch (error) {
    const what = error instanceof Error ? error.stack : String(error);
    ledger.broken('it runs', `${codeOf(error) ?? ''} ${what}`);
  } finally {
    process.off('unhandledRejection', onRejection);
    for (const gateway of [...gateways, troubles.leaving]) gateway?.kill();
    cloud.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  const { fingerprint, steps, nowMs, trace } = world;
  return {
    problems: ledger.problems,
    steps,
    virtualMs: nowMs,
    told: told.tellings.length,
    fingerprint,
    trace,
    story: told.story,
  };
}

async function untilEnded(plant: Plant, ledger: Ledger, troubles: Troubles): Promise<void> {
  const { world } = plant;
  const untilMs = world.nowMs + endMsMax;
  const firstMs = world.nowMs;
  while (world.nowMs < untilMs) {
    await world.runUntil(world.nowMs + sliceMs);
    if (troubles.leaving && world.nowMs > firstMs + 5 * sliceMs) {
      const twin = troubles.leaving;
      troubles.leaving = null;
      twin.kill();
    }
    if (troubles.leaving || !plant.devices.every(({ isIdle }) => isIdle) || openNow(plant).length > 0)
      continue;
    await world.runUntil(world.nowMs + afterMs);
    if (openNow(plant).length === 0) return;
  }
  ledger.broken('what is open ends', openNow(plant).join('; '));
}

/** Alerts of machines that are open in the cloud or at the gateway. */
function openNow({ cloud, gateways }: Plant): string[] {
  const inCloud = cloud.state?.operations.alerts.all('open') ?? [];
  const atGateway = gateways[0].running?.decisions.open() ?? [];
  return [
    ...inCloud.flatMap((alert) =>
      'prediction' in alert
        ? [
            `cloud: ${alert.alertId} ${alert.prediction.kind} ${alert.prediction.machine}: ${alert.prediction.reasons[0]}`,
          ]
        : [`cloud: condition ${alert.alertId} ${alert.condition.reasons[0]}`],
    ),
    ...atGateway.map((alert) => `gateway: ${JSON.stringify(alert).slice(0, 200)}`),
  ];
}
