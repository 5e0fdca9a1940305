/**
 * Simulation (test/simulation): the product's own logic on a simulated clock, disk, link and store, from a seed.
 * gateway/, cloud/ and network/ are the simulated parts, world/ has time, chance and the plan, runs/ does many runs on
 * all cores. Nothing here uses the real clock, disk or network, or a seed would not repeat.
 *
 * One run: a schedule's sensors and faults for its duration; then all faults end and everything must drain.
 */
import { checkEvent } from '../../shared/contract/events.ts';
import { codeOf, messageOf } from '../../shared/runtime/errors.ts';
import { gatewayName, SimulatedCloud } from './cloud/cloud.ts';
import { Faults } from './faults.ts';
import { SimulatedGateway } from './gateway/gateway.ts';
import { Network } from './network/network.ts';
import type { RunParts } from './run-parts.ts';
import { Sensor } from './sensors.ts';
import { type Outcome, verify } from './verify.ts';
import { Ledger, type Problem } from './world/ledger.ts';
import type { Schedule } from './world/schedule.ts';
import { type Seams, sound } from './world/seams.ts';
import { between, World } from './world/world.ts';

/** Time limit for draining after the last fault: it covers back-offs, waits and a backlog. */
const drainMsMax = 120_000;
const sliceMs = 500;
const stopMs = 20_000;

export interface Run {
  problems: Problem[];
  /** A fingerprint of the run, which is the same for the same schedule. */
  fingerprint: number;
  steps: number;
  virtualMs: number;
  outcome: Outcome;
  /** The last lines of the trace. */
  trace: string[];
}

/** `faulty` puts faulty versions of parts into the product, see mutations.ts. */
export async function simulate(schedule: Schedule, faulty: Partial<Seams> = {}): Promise<Run> {
  const seams = { ...sound, ...faulty };
  const world = new World(schedule.seed);
  const ledger = new Ledger();
  const cloud = new SimulatedCloud(world, ledger, seams, () => gateway);
  const network = new Network(world, ledger, cloud);
  const gateway: SimulatedGateway = new SimulatedGateway({ world, ledger, cloud, network, schedule, seams });
  const sensors = schedule.sensors.map((plan, index) => new Sensor({ world, ledger, gateway, index, plan }));
  const faults = new Faults({ world, gateway, cloud, network, sensors });
  const parts = { world, ledger, cloud, network, gateway, sensors, schedule };
  const onRejection = (error: unknown) =>
    ledger.broken('no promise rejection is unhandled', messageOf(error));
  process.on('unhandledRejection', onRejection);
  try {
    cloud.start();
    gateway.start();
    for (const sensor of sensors) sensor.start();
    sendOwn(parts);
    faults.plan(schedule.faults);
    await world.runUntil(schedule.durationMs);
    faults.calm();
    for (const sensor of sensors) sensor.stop();
    await drain(parts);
    await gateway.readLetters();
  } catch (error) {
    ledger.broken(
      'it runs',
      `${codeOf(error) ?? ''} ${error instanceof Error ? error.stack : String(error)}`,
    );
  } finally {
    process.off('unhandledRejection', onRejection);
  }
  const outcome = verify(parts);
  const { fingerprint, steps, nowMs, trace } = world;
  return { problems: ledger.problems, fingerprint, steps, virtualMs: nowMs, outcome, trace };
}

async function drain({ world, ledger, gateway, sensors }: RunParts): Promise<void> {
  const untilMs = world.nowMs + drainMsMax;
  const isDone = () =>
    gateway.isDrained && gateway.eventsUnderWay === 0 && sensors.every((sensor) => sensor.isIdle);
  // Twice, because only the second status is newer than the last acknowledgement.
  for (let done = 0; done < 2; done = isDone() ? done + 1 : 0) {
    if (world.nowMs > untilMs) {
      const waiting = sensors.filter((sensor) => !sensor.isIdle).map((sensor) => sensor.index);
      const backlog = JSON.stringify(gateway.status.now?.backlog ?? 'gateway down');
      ledger.broken(
        'it drains',
        `sensors ${waiting} wait; backlog ${backlog}; ${gateway.status.now?.uplink?.lastError}`,
      );
      break;
    }
    gateway.redriveRefused();
    await world.runUntil(world.nowMs + sliceMs);
  }
  // Not awaited: time stands still unless somebody advances it. A stop that takes too long is detected there.
  void gateway.restart(null);
  await world.runUntil(world.nowMs + stopMs);
}

/** Sends the gateway's own output: estimates, which may be lost, and events, which may not be lost once accepted. */
function sendOwn({ world, ledger, gateway, schedule }: RunParts): void {
  const random = world.random('own');
  const next = () => {
    if (world.nowMs > schedule.durationMs) return;
    if (gateway.isUp) {
      const estimate = ledger.add('estimate');
      gateway.estimates([estimateLine(estimate.n, world.wallMs)]);
      const sent = ledger.add('event');
      sent.handed = 1;
      gateway.event(eventOf(sent.n, world.wallMs), () => {
        sent.acked = true;
      });
    }
    world.after(between(random, 100, 600), next);
  };
  world.after(50, next);
}

function eventOf(n: number, atMs: number) {
  return checkEvent({
    specversion: '1.0',
    id: `own-${n}`,
    source: `/gateways/${gatewayName}`,
    type: 'io.harbinger.machine.failed.v1',
    subject: 'plant/m1',
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data: { site: 'plant', machine: 'm1', machineType: 'open', note: `#${n}` },
  });
}

function estimateLine(n: number, ms: number): string {
  return `estimate,gateway=north,machine=m1,site=plant n=${n} ${ms}000000`;
}
