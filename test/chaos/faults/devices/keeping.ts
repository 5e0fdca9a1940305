/**
 * Devices that keep what they measure, send it in an order of their own, and have clocks that are wrong. A limit that was met in it for a
 * while, and left, is told once, with its beginning and its end by the clock of the device.
 */
import { type Message, publishAll } from '../../../support/peers/publish-all.ts';
import type { Draw } from '../../draw/draw.ts';
import { valuesOf } from '../../observe/stored.ts';
import { eventually, type Fault, pause, type Scene } from '../fault.ts';

const minuteMs = 60_000;
const levels = { ok: 2, warning: 5.6, critical: 9 } as const;
/** A device is at most so far ahead that its times are believed. */
const offsetsMs = [-86_400_000, -3_600_000, -120_000, -3_000, 0, 0, 3_000, 120_000];
const toldMsMax = 120_000;

interface Kept {
  machine: string;
  severity: 'warning' | 'critical';
  order: 'oldest' | 'newest' | 'shuffled';
  periodMs: number;
  offsetMs: number;
  together: number;
  /** Indexes of readings: how many there are, and which are beyond. */
  count: number;
  from: number;
  to: number;
  /** The indexes as they are sent where they are shuffled. */
  mixed: readonly number[];
  /** Indexes at which nothing was measured, or by the other sensor only: of the first to before the second. */
  holes: readonly { from: number; to: number }[];
  isOtherHeard: boolean;
}

function drawKept(draw: Draw): Kept {
  const periodMs = draw.pick([5_000, 10_000, 20_000]);
  const rows = (minutes: number) => Math.ceil((minutes * minuteMs) / periodMs);
  const from = rows(draw.int(2, 8));
  const to = from + rows(draw.int(2, 9));
  // Something is heard before and after each hole.
  const after = { from: to, to: to + rows(draw.int(2, 20)) };
  const before = { from: 4, to: draw.int(5, from - 2) };
  const count = after.to + rows(draw.int(3, 10));
  return {
    machine: `keeper-${draw.int(0, 2 ** 40)}`,
    severity: draw.pick(['warning', 'critical']),
    order: draw.pick(['oldest', 'newest', 'shuffled']),
    ...{ periodMs, from, to, count },
    mixed: draw.shuffled(Array.from({ length: count }, (_, i) => i)),
    offsetMs: draw.pick(offsetsMs),
    together: draw.pick([1, 20]),
    holes: draw.pick([[], [after], [before, after]]),
    isOtherHeard: draw.chance(0.5),
  };
}

const textOf = ({ order, count, from, to, periodMs, offsetMs, severity, holes, isOtherHeard }: Kept) =>
  `a device whose clock is ${offsetMs / 1_000} s beside sends ${count} readings, one each ${periodMs / 1_000} s, ${order} first, with a ${severity} in ${to - from}${holes.length === 0 ? '' : `, and ${holes.length} holes${isOtherHeard ? ' in which another sensor is heard' : ''}`}`;

const isMissing = ({ holes }: Kept, i: number) => holes.some((hole) => i >= hole.from && i < hole.to);

/** The readings in the order in which they are sent; the newest first if it goes on before it sends what it has kept. */
function messagesOf(kept: Kept, newestMs: number): Message[] {
  const { machine, severity, order, periodMs, offsetMs, together, count, from, to, mixed, isOtherHeard } =
    kept;
  const readings = Array.from({ length: count }, (_, i) => {
    const ts = newestMs + offsetMs - (count - 1 - i) * periodMs;
    const vibration = levels[i >= from && i < to ? severity : 'ok'] + i / 1e4;
    const values = isMissing(kept, i) ? { humidity: 40 } : { vibration, humidity: 40 };
    return { i, reading: { ts, ...values } };
  }).filter(({ i }) => isOtherHeard || !isMissing(kept, i));
  // It was heard before it lost its network.
  const before = readings.splice(0, 3);
  const newest = order === 'oldest' ? [] : readings.splice(-1);
  if (order === 'newest') readings.reverse();
  if (order === 'shuffled') readings.sort((a, b) => mixed.indexOf(a.i) - mixed.indexOf(b.i));
  const groups = [...before, ...newest].map((each) => [each]);
  for (let at = 0; at < readings.length; at += together) groups.push(readings.slice(at, at + together));
  return groups.map(
    (group): Message => [`telemetry/keeps/${machine}`, JSON.stringify(group.map(({ reading }) => reading))],
  );
}

interface Listed {
  alerts: {
    state: string;
    prediction?: { kind?: string; severity: string; since?: string; until?: string };
  }[];
}

function expectTold(
  { site, targets, expect, isAllowed, lostToDamage }: Scene,
  kept: Kept,
  newestMs: number,
): void {
  const { machine, severity, periodMs, offsetMs, count, from, to } = kept;
  const at = (index: number) => newestMs + offsetMs - (count - 1 - index) * periodMs;
  // Another fault may have taken readings, alerts or the memory of them along.
  const mayMiss = () =>
    (['gateway', 'cloud', 'store'] as const).some((other) => targets.has(other)) ||
    (isAllowed('damaged-block') && lostToDamage() > 0);
  expect(`${machine}: what it kept is stored once`, async () => {
    const stored = await valuesOf(site, { measurement: 'keeper', field: 'vibration', machine });
    const sent = Array.from({ length: count }, (_, i) => i).filter((i) => !isMissing(kept, i)).length;
    const isTwice = new Set(stored).size < stored.length;
    return !isTwice && (stored.length === sent || mayMiss())
      ? null
      : `${stored.length} of ${sent} are stored`;
  });
  expect(`${machine}: what was beyond its limit is told once, with begin and end`, () =>
    eventually(async () => {
      const { alerts } = await site.cloud.process.json<Listed>(
        `/api/alerts?subject=keeps/${machine}&limit=1000`,
      );
      const told = alerts.filter(({ prediction }) => prediction?.kind === 'limit');
      if (told.length > 1) return `it is told ${told.length} times`;
      const [one] = told;
      if (!one) return mayMiss() ? null : 'it is not told';
      const { severity: worst, since = '', until = '' } = one.prediction!;
      const isNear = (text: string, ms: number) => Math.abs(Date.parse(text) - ms) <= 2 * periodMs;
      if (one.state !== 'resolved') return 'it has no end';
      const isRight = worst === severity && isNear(since, at(from)) && isNear(until, at(to));
      return isRight || mayMiss()
        ? null
        : `told ${worst} from ${since} to ${until}, and it was ${severity} from ${new Date(at(from)).toISOString()} to ${new Date(at(to)).toISOString()}`;
    }, toldMsMax),
  );
}

const keepingDevice: Fault = {
  kind: 'device-keeps-with-a-wrong-clock',
  target: 'sensors',
  plan(draw) {
    const kept = drawKept(draw);
    return {
      text: textOf(kept),
      async run(scene) {
        const newestMs = Date.now();
        scene.sends(kept.count);
        const clientId = kept.machine;
        await publishAll(scene.site.gateway.process.mqttUrl, messagesOf(kept, newestMs), { clientId });
        expectTold(scene, kept, newestMs);
      },
    };
  },
};

const killedBeforeJudgement: Fault = {
  kind: 'gateway-killed-before-late-are-judged',
  target: 'gateway',
  plan(draw) {
    const [kept, afterMs] = [
      { ...drawKept(draw), order: draw.pick(['newest', 'shuffled'] as const) },
      draw.int(200, 2_500),
    ];
    return {
      text: `${textOf(kept)}, and kill -9 gateway ${afterMs} ms after they were acknowledged`,
      async run(scene) {
        const { site, allow } = scene;
        allow('torn-tail');
        const newestMs = Date.now();
        scene.sends(kept.count);
        const clientId = kept.machine;
        await publishAll(site.gateway.process.mqttUrl, messagesOf(kept, newestMs), { clientId });
        await pause(afterMs);
        await site.gateway.kill9();
        await site.gateway.start();
        const targets = new Set([...scene.targets].filter((each) => each !== 'gateway'));
        expectTold({ ...scene, targets }, kept, newestMs);
      },
    };
  },
};

export const keepingFaults: Fault[] = [keepingDevice, killedBeforeJudgement];
