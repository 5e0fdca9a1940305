/** Compares what people were told, and what the page showed, with the truth. */
import type { Ledger } from '../world/ledger.ts';
import type { Crossing, Schedule } from './schedule.ts';
import type { Telling } from './told.ts';
import type { Plant } from './troubles.ts';
import type { Measured, TruthBook } from './truth.ts';

const minuteMs = 60_000;
/** A crossing is met after 20 s, and each row may be 20 s apart. */
const knownMs = 60_000;
const lookMs = 30_000;

type Checked = Plant & { truth: TruthBook; ledger: Ledger };

/** True if nothing disturbs the way from the device of a sensor to the cloud in a span of true time. */
function isUndisturbed(
  schedule: Schedule,
  { machine, sensor }: Crossing,
  fromMs: number,
  toMs: number,
): boolean {
  const isIn = (a: number, b: number) => a < toMs && b > fromMs - 2 * minuteMs;
  const { troubles, twin, deeds, devices } = schedule;
  const all = devices.filter((plan) => plan.machine === machine);
  const own = all.filter((plan) => plan.sensors.includes(sensor));
  return (
    troubles.every((each) => !isIn(each.atMs, each.atMs + each.forMs + 3 * minuteMs)) &&
    (twin === null || (!twin.isAlone && all.every(({ movesMs }) => movesMs === null))) &&
    deeds.every((deed) => deed.machine !== machine || deed.atMs > toMs) &&
    own.every(
      ({ offline, faults, clientId }) =>
        faults.length === 0 &&
        clientId !== 'shared' &&
        offline.every((span) => !isIn(span.fromMs, span.toMs + 5 * minuteMs)),
    )
  );
}

/** Looks at the badges while the schedule lasts. */
export class BadgeWatch {
  private readonly parts: Checked;
  private isOver = false;

  constructor(parts: Checked) {
    this.parts = parts;
    this.lookLater();
  }

  stop(): void {
    this.isOver = true;
  }

  private lookLater(): void {
    this.parts.world.after(lookMs, () => {
      if (this.isOver) return;
      this.look();
      this.lookLater();
    });
  }

  private look(): void {
    const { cloud, schedule, ledger, world } = this.parts;
    const badges = cloud.badges();
    if (!badges) return;
    const { nowMs } = world;
    for (const crossing of schedule.crossings) {
      if (crossing.fromMs + knownMs > nowMs || nowMs >= crossing.toMs) continue;
      if (!isUndisturbed(schedule, crossing, crossing.fromMs, nowMs)) continue;
      const badge = badges.get(crossing.machine);
      if (badge && ['warning', 'critical'].includes(badge.state)) continue;
      ledger.broken(
        'a badge shows a limit that is met',
        `${at(nowMs)} ${crossing.machine} ${crossing.sensor}: ${badge?.state} ${badge?.reason}`,
      );
    }
  }
}

export function verify(parts: Checked): void {
  checkStored(parts);
  checkChanges(parts);
  checkEnds(parts);
  for (const machine of new Set(parts.schedule.devices.map((plan) => plan.machine)))
    if (isClean(parts.schedule, machine)) checkMachine(parts, machine);
}

/** Every acknowledged reading is stored, once. */
function checkStored({ truth, cloud, schedule, ledger }: Checked): void {
  const wasPutBack = schedule.troubles.some(({ kind }) => kind === 'put-back');
  for (const reading of truth.measured) {
    const points = cloud.store.found.get(reading.n)?.size ?? 0;
    const mayRepeat = reading.handed > 1 && (reading.timeMs === null || schedule.twin !== null || wasPutBack);
    if (reading.isAcked && points === 0 && !wasPutBack)
      ledger.broken('no acknowledged reading is lost', describe(reading));
    if (points > 1 && !mayRepeat)
      ledger.broken(
        'no reading is stored twice',
        `${describe(reading)}: ${[...cloud.store.found.get(reading.n)!].join(' | ')}`,
      );
  }
}

/** An alert is opened once and ended once, in this order, whoever tells it. */
function checkChanges({ told, ledger }: Checked): void {
  for (const [alertId, tellings] of told.ofAlerts()) {
    const changes = tellings.map(({ change }) => change);
    const opened = changes.filter((change) => change === 'opened').length;
    const resolved = changes.filter((change) => change === 'resolved').length;
    const reopened = tellings.some(({ outcome }) => outcome === 'closed' || outcome === 'retired');
    if ((opened > 1 || resolved > 1) && !reopened)
      ledger.broken('nothing is told twice', `${alertId} ${textOf(tellings)}`);
    if (changes[0] !== 'opened' || changes.at(-1) !== 'resolved')
      ledger.broken('what is told begins and ends', `${alertId} ${textOf(tellings)}`);
  }
}

/** Nothing ends that still is. */
function checkEnds({ told, schedule, ledger }: Checked): void {
  for (const { kind, change, machine, atMs, alertId, reasons } of told.tellings) {
    if (kind !== 'limit' || change !== 'resolved') continue;
    // A limit that another sensor has passed is told by itself.
    const isAbout = (sensor: string) =>
      told
        .ofAlerts()
        .get(alertId)!
        .some((telling) => telling.reasons.some((each) => each.includes(sensor)));
    const lasting = schedule.crossings.find(
      (each) =>
        each.machine === machine && each.fromMs + knownMs < atMs && atMs < each.toMs && isAbout(each.sensor),
    );
    if (!lasting || !isUndisturbed(schedule, lasting, lasting.fromMs, atMs)) continue;
    ledger.broken('nothing ends that still is', `${at(atMs)} ${alertId} ${machine}: ${reasons[0]}`);
  }
}

/** Clocks go on, and nobody has changed what is told. */
function isClean({ devices, troubles, deeds, twin }: Schedule, machine: string): boolean {
  const own = devices.filter((plan) => plan.machine === machine);
  return (
    own.every(({ faults }) => faults.length === 0) &&
    deeds.every((deed) => deed.machine !== machine) &&
    troubles.every(({ kind }) => kind !== 'clock-jump' && kind !== 'put-back') &&
    (twin === null || (!twin.isAlone && own.every(({ movesMs }) => movesMs === null)))
  );
}

/** Devices that end each other's connections send what they have kept in pieces, so that its beginning may come last: it is known in the end. */
function sendsInPieces({ devices }: Schedule, machine: string): boolean {
  const own = devices.filter((plan) => plan.machine === machine);
  return own.some(({ clientId, offline }) => clientId === 'shared' && offline.length > 0);
}

/** Older readings of a machine may follow newer ones. */
function mayFollow({ devices }: Schedule, machine: string): boolean {
  const own = devices.filter((plan) => plan.machine === machine);
  return own.some(({ order, offline }) => order !== 'oldest' && offline.length > 0);
}

const begins = ({ fromMs, withinMs }: Span, sinceMs: number) => Math.abs(fromMs - sinceMs) <= withinMs;

/** Each crossing of a machine is told, with its times, and nothing else is. */
function checkMachine(parts: Checked, machine: string): void {
  const { told, schedule, ledger } = parts;
  const crossings = schedule.crossings.filter((each) => each.machine === machine);
  const spans = crossings.map((crossing) => spanOf(parts, crossing));
  const alerts = [...told.ofAlerts().values()].filter(
    ([first]) => first!.machine === machine && first!.kind === 'limit',
  );
  if (alerts.length > crossings.length)
    ledger.broken('a crossing is told once', `${machine}: ${alerts.length} alerts of ${crossings.length}`);
  for (const tellings of alerts) {
    if (spans.includes(null)) continue;
    // A limit that is met now is told before all has come that its device has kept; the newest may come first. In the end it is known.
    const said = [
      ...(mayFollow(schedule, machine) || sendsInPieces(schedule, machine) ? [] : [tellings[0]!]),
      tellings.at(-1)!,
    ];
    const wrong = said.find(
      ({ sinceMs }) => sinceMs !== null && !spans.some((span) => begins(span!, sinceMs)),
    );
    if (wrong)
      ledger.broken(
        'what is told is so',
        `${machine} since ${at(wrong.sinceMs! - epochMs)}: ${textOf(tellings)}`,
      );
  }
  for (const [i, crossing] of crossings.entries()) {
    const span = spans[i]!;
    if (!span) continue;
    const isTold = alerts.some((tellings) => tells(tellings, crossing, span));
    if (!isTold)
      ledger.broken(
        'each crossing is told',
        `${machine} ${crossing.sensor} ${at(crossing.fromMs)}–${at(crossing.toMs)}`,
      );
  }
}

/** An alert that was open over it, and says its sensor, or one that says when it was; by the times of its device. */
function tells(tellings: readonly Telling[], { sensor }: Crossing, span: Span): boolean {
  const begunMs = tellings[0]!.sinceMs ?? tellings[0]!.atMs + epochMs;
  const endMs = tellings.at(-1)!.untilMs ?? tellings.at(-1)!.atMs + epochMs;
  const isNamed = tellings.some(({ reasons }) => reasons.some((reason) => reason.includes(sensor)));
  const isOpenOver = isNamed && begunMs <= span.toMs + span.withinMs && endMs >= span.fromMs;
  return isOpenOver || tellings.some(({ reasons }) => reasons.some((each) => saysSpan(each, sensor, span)));
}

/** A sentence of a limit that had passed before the alert began. */
function saysSpan(reason: string, sensor: string, { fromMs, toMs, withinMs }: Span): boolean {
  const time = '(\\d\\d:\\d\\d)\\S* UTC';
  const said = new RegExp(`^${sensor} was .* from ${time} to ${time},`).exec(reason);
  const isNear = (text: string, ms: number) =>
    Math.abs(Date.parse(`2026-01-01T${text}Z`) - ms) <= withinMs + minuteMs;
  return said !== null && isNear(said[1]!, fromMs) && isNear(said[2]!, toMs);
}

interface Span {
  fromMs: number;
  toMs: number;
  withinMs: number;
}

const epochMs = Date.UTC(2026, 0, 1);

/** When a crossing was by the times under which its readings are stored; null if none was. */
function spanOf(
  { truth, cloud, schedule }: Checked,
  { machine, sensor, fromMs, toMs }: Crossing,
): Span | null {
  const device = schedule.devices.find((plan) => plan.machine === machine && plan.sensors.includes(sensor))!;
  const rows = truth.measured.filter(
    (each) =>
      each.machine === machine &&
      each.values[sensor] !== undefined &&
      each.atMs >= fromMs &&
      each.atMs < toMs,
  );
  const times = rows.flatMap(({ n }) => [...(cloud.store.found.get(n) ?? [])].map(timeOf));
  // A device that writes no times gives its kept readings the moment in which they come.
  const isKnown = device.stamp !== 'none' || device.offline.length === 0;
  if (!isKnown || Math.max(...times) - Math.min(...times) < minuteMs) return null;
  const withinMs = 2 * device.periodMs + 5_000 + apartMs(schedule, machine);
  return { fromMs: Math.min(...times), toMs: Math.max(...times), withinMs };
}

/** By how much the clocks of a machine's devices differ: it is judged by the one that is ahead. */
function apartMs({ devices }: Schedule, machine: string): number {
  const own = devices.filter((plan) => plan.machine === machine);
  const offsets = own.map(({ stamp, offsetMs }) => (stamp === 'none' ? 0 : offsetMs));
  return Math.max(...offsets) - Math.min(...offsets);
}

const timeOf = (point: string) => Number(point.slice(point.lastIndexOf(' ') + 1)) / 1e6;
const at = (ms: number) =>
  `${Math.floor(ms / minuteMs)}:${String(Math.floor((ms % minuteMs) / 1_000)).padStart(2, '0')}`;
const textOf = (tellings: readonly Telling[]) =>
  tellings
    .map(({ atMs, change, severity, reasons }) => `${at(atMs)} ${change} ${severity} (${reasons[0]})`)
    .join(', ');
const describe = ({ n, machine, atMs, timeMs, isAcked, handed }: Measured) =>
  `#${n} of ${machine} at ${at(atMs)}, time ${timeMs === null ? 'none' : at(timeMs - epochMs)}, ${isAcked ? 'acked' : 'not acked'}, handed over ${handed} times`;
