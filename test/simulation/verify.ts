/** Checks the invariants after a run has drained: messages sent, promises made, and the resulting state. */
import { isEventOf } from '../../shared/contract/events.ts';
import type { RunParts } from './run-parts.ts';
import { checkConstant, checkHandedOnce } from './sensor-checks.ts';
import type { Ledger, Sent } from './world/ledger.ts';

export interface Outcome {
  sent: number;
  acked: number;
  stored: number;
  /** Lines that the journal reported as dropped unread because it was full. */
  dropped: number;
  deadLetters: number;
  resent: number;
  gatewayStarts: number;
  cloudCrashes: number;
  connections: number;
  /** Batches that the cloud refused, and those that the gateway set aside for it. */
  refused: number;
  setAside: number;
}

export function verify(parts: RunParts): Outcome {
  const points = new StoredPoints(parts);
  const missing: Sent[] = [];
  for (const sent of parts.ledger.sent) {
    points.checkNothingTwice(sent);
    if (sent.acked && !sent.plan?.constant && !points.isThere(sent)) missing.push(sent);
  }
  checkConstant(parts);
  checkHandedOnce(parts);
  checkLosses(parts, missing);
  checkLetterShares(parts, missing);
  checkNothingInvented(parts);
  checkOrder(parts);
  checkLetters(parts);
  checkCounts(parts);
  const { ledger, gateway, cloud, network } = parts;
  return {
    sent: ledger.sent.length,
    acked: ledger.sent.filter((sent) => sent.acked).length,
    stored: cloud.store.found.size,
    dropped: droppedLines(parts),
    deadLetters: gateway.letters.length,
    resent: ledger.sent.reduce((sum, { handed }) => sum + Math.max(0, handed - 1), 0),
    gatewayStarts: gateway.starts,
    cloudCrashes: cloud.crashes,
    connections: network.connections,
    refused: cloud.refused,
    setAside: gateway.logCounts.setAside,
  };
}

/** Finds messages after the run. */
class StoredPoints {
  private readonly ledger: Ledger;
  private readonly found: ReadonlyMap<number, ReadonlySet<string>>;
  private readonly events = new Map<number, number>();
  private readonly letters = new Set<number>();
  private readonly flips: number;
  private readonly rejected = new Set<number>();

  constructor({ ledger, cloud, gateway }: RunParts) {
    this.ledger = ledger;
    this.found = cloud.store.found;
    this.flips = gateway.disk.flips.segment;
    for (const { data } of cloud.operations.events.values()) {
      const n = 'note' in data ? Number(data.note?.slice(1)) : Number.NaN;
      if (!Number.isNaN(n)) this.events.set(n, (this.events.get(n) ?? 0) + 1);
    }
    for (const { payload } of gateway.letters) this.letters.add(numberIn(payload.toString()));
    for (const { body } of cloud.operations.quarantined) {
      for (const [, n] of body.matchAll(/[ ,]n=(\d+)/g)) this.rejected.add(Number(n));
    }
  }

  isThere({ kind, n }: Sent): boolean {
    switch (kind) {
      case 'malformed':
        return this.letters.has(n);
      case 'poison':
        return this.rejected.has(n);
      case 'reading':
      case 'estimate':
        return this.found.has(n);
      default:
        return this.found.has(n) && this.events.has(n);
    }
  }

  checkNothingTwice(sent: Sent): void {
    if (sent.plan?.constant) return; // their number is checked
    const points = this.found.get(sent.n)?.size ?? 0;
    // Without an identity it is stored at least once. A flipped bit destroys identities with their block.
    const isUnnamed = sent.plan?.identity === 'none' && sent.kind !== 'lifecycle';
    const mayRepeat = (isUnnamed || this.flips > 0) && sent.handed > 1;
    if (points > 1 && !mayRepeat) {
      const where = [...this.found.get(sent.n)!].join(' | ');
      this.ledger.broken('nothing is stored twice', `${this.ledger.describe(sent)}: ${where}`);
    }
    if ((this.events.get(sent.n) ?? 0) > 1) {
      this.ledger.broken('no event is applied twice', this.ledger.describe(sent));
    }
  }
}

function numberIn(text: string): number {
  const n = /#(\d+)/.exec(text)?.[1] ?? /"n":(\d+)/.exec(text)?.[1];
  return n === undefined ? -1 : Number(n);
}

/** Number of dropped lines, as the log reported them. */
function droppedLines({ gateway }: RunParts): number {
  return [...gateway.logCounts.dropped.values()].reduce((sum, lines) => sum + lines, 0);
}

/**
 * Checks losses. They are allowed only if a full journal dropped and reported lines, or a flipped bit destroyed a
 * block.
 */
function checkLosses(parts: RunParts, missing: readonly Sent[]): void {
  const { ledger, gateway, schedule } = parts;
  if (schedule.whenFull === 'refuse' && droppedLines(parts) > 0) {
    ledger.broken('refuse drops nothing', `${droppedLines(parts)} lines were dropped`);
  }
  // The log reports only the number of blocks if their lines could not be read any more.
  if (gateway.disk.flips.segment > 0 || gateway.logCounts.uncounted > 0) return;
  for (const lane of ['events', 'readings']) {
    const isEvent = ({ kind }: Sent) => kind === 'lifecycle' || kind === 'event';
    const gone = missing.filter((sent) => sent.kind !== 'malformed' && isEvent(sent) === (lane === 'events'));
    const reported = gateway.logCounts.dropped.get(lane) ?? 0;
    if (gone.length <= reported) continue;
    const shown = gone.slice(0, 3).map((sent) => ledger.describe(sent));
    const total = `${gone.length} acknowledged are missing, ${reported} were reported as dropped`;
    ledger.broken('no acknowledged message is lost', `${total}: ${shown.join('; ')}`);
  }
}

/**
 * Checks that the dead letters of a sensor are all there if it sent no more than its share of the bound, whatever others
 * sent, and that those which are not are counted.
 */
function checkLetterShares({ ledger, gateway, schedule }: RunParts, missing: readonly Sent[]): void {
  const letters = ledger.sent.filter(({ kind }) => kind === 'malformed');
  const lettersOf = (wanted: (sent: Sent) => boolean, times: (sent: Sent) => number) =>
    letters.filter(wanted).reduce((sum, sent) => sum + times(sent) * (sent.plan?.lettersEach ?? 1), 0);
  const share = Math.floor(schedule.lettersMax / schedule.sensors.length);
  for (const sent of missing) {
    if (sent.kind !== 'malformed') continue;
    const own = lettersOf(
      ({ sensor }) => sensor === sent.sensor,
      ({ handed }) => handed,
    );
    if (own <= share) ledger.broken('no dead letter is lost', ledger.describe(sent));
  }
  const known = gateway.letters.length + gateway.lettersDropped;
  const acked = lettersOf(
    ({ acked }) => acked,
    () => 1,
  );
  const handed = lettersOf(
    () => true,
    (sent) => sent.handed,
  );
  if (gateway.letters.length > schedule.lettersMax)
    ledger.broken('dead letters are bounded', `${gateway.letters.length} of ${schedule.lettersMax}`);
  if (known < acked || known > handed)
    ledger.broken(
      'dead letters are counted',
      `${known} kept or dropped, ${acked} acked, ${handed} handed over`,
    );
}

function checkNothingInvented({ ledger, cloud }: RunParts): void {
  for (const [n, points] of cloud.store.found) {
    const sent = ledger.sent[n];
    const [point = ''] = points;
    if (n === -1) {
      const isLoss = [...points].every((key) => key.startsWith('event,'));
      if (!isLoss) ledger.broken('nothing is stored that was not sent', point);
      continue;
    }
    const machine = sent?.plan?.machine ?? 'm1';
    const fits =
      sent && sent.kind !== 'malformed' && sent.kind !== 'poison' && point.includes(`,machine=${machine},`);
    if (!fits) ledger.broken('nothing is stored that was not sent', `#${n} at ${point}`);
  }
}

/** Checks that each sensor's readings were first stored in the order in which it sent them. */
function checkOrder({ ledger, cloud, sensors, gateway }: RunParts): void {
  // Redriven batches come after those that were sent when they were set aside.
  if (gateway.hasSetAside) return;
  const newest = new Map<number, number>();
  for (const n of cloud.store.order) {
    const { sensor, ordinal } = ledger.sent[n]!;
    // With several messages in flight, a resent one may arrive after later ones.
    const own = sensors[sensor];
    if (!own || (own.disturbed && own.plan.window > 1)) continue;
    const before = newest.get(sensor) ?? -1;
    if (ordinal < before) {
      ledger.broken('order is kept', `${ledger.describe(ledger.sent[n]!)} arrived after message ${before}`);
    }
    newest.set(sensor, Math.max(ordinal, before));
  }
}

function checkLetters({ ledger, gateway }: RunParts): void {
  for (const { payload, code } of gateway.letters) {
    const sent = ledger.sent[numberIn(payload.toString())];
    if (sent?.kind === 'malformed') continue;
    ledger.broken('dead letters are the malformed ones', `${code}: ${payload.toString().slice(0, 100)}`);
  }
}

/** Checks that unreadable parts of the disk are reported, and their recovery too. */
function checkReading({ ledger, gateway: { disk, logCounts, failedStarts } }: RunParts): void {
  if (disk.failedReads === 0 || failedStarts > 0) return;
  const { failed, well } = logCounts.reading;
  if (failed === 0 && logCounts.uncounted === 0)
    ledger.broken('read errors are reported', `${disk.failedReads} reads failed`);
  if (failed !== well)
    ledger.broken('read errors are reported', `${failed} reports of failure, ${well} of recovery`);
}

/** Checks the system's own counters. They restart with each life, so they can be checked fully only if there is one. */
function checkCounts(parts: RunParts): void {
  const { ledger, gateway, cloud, schedule, sensors } = parts;
  const status = gateway.status.last;
  if (!status) return;
  const reported = [...cloud.operations.events.values()].flatMap((event) =>
    isEventOf(event, 'io.harbinger.journal.loss.v1') && event.data.cause === 'backlog-full'
      ? [event.data.lines]
      : [],
  );
  const reportedLines = reported.reduce((sum, lines) => sum + lines, 0);
  const expect = (what: string, reported: number, actual: number) => {
    if (reported !== actual)
      ledger.broken(
        'reported counts agree with what happened',
        `${what}: reported ${reported}, was ${actual}`,
      );
  };
  if (gateway.starts > 1) return;
  checkReading(parts);
  const handed = (wanted: (sent: Sent) => boolean) =>
    ledger.sent
      .filter((sent) => sent.sensor >= 0 && wanted(sent))
      .reduce((sum, sent) => sum + sent.handed, 0);
  expect(
    'messages',
    status.pipeline.messages,
    handed(() => true),
  );
  const malformed = ledger.sent.filter(({ kind }) => kind === 'malformed');
  expect(
    'malformed messages',
    status.pipeline.deadLetters,
    malformed.reduce((sum, sent) => sum + sent.handed * (sent.plan?.lettersEach ?? 1), 0),
  );
  const dropped = status.journals.reduce((sum, { dropped }) => sum + dropped.lines, 0);
  expect('dropped lines', dropped, droppedLines(parts));
  if ((gateway.logCounts.dropped.get('events') ?? 0) === 0) expect('reported losses', reportedLines, dropped);
  const isDiskWell =
    schedule.faults.every(({ kind }) => !kind.startsWith('disk')) && schedule.whenFull !== 'refuse';
  if (!isDiskWell) return;
  // On a failing disk a message that could not become a letter is sent again, and is counted again.
  expect('dead letters', status.pipeline.deadLetters, gateway.letters.length + gateway.lettersDropped);
  if (sensors.some(({ plan }) => plan.constant)) return;
  const identified = ({ kind, plan }: Sent) =>
    (kind === 'reading' || kind === 'poison') && plan?.identity !== 'none';
  const again = ledger.sent.filter(identified).reduce((sum, sent) => sum + Math.max(0, sent.handed - 1), 0);
  expect('recognised resends', status.placement.resends, again);
}
