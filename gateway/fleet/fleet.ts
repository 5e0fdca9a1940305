/**
 * The fleet at the side of a gateway (gateway/fleet): follows what a cloud wants, as documents, also while it is cut off and over
 * restarts. What comes is saved as a whole first, then followed, then reported. What a kind of document means is known to the
 * folders in kinds/ alone; messages come and go through the uplink (shared/contract/fleet/exchange.ts).
 */
import { eventIdOf, newEvent } from '../../shared/contract/envelope.ts';
import { type DesiredDocument, keyOf, nameOfKey, shownBody } from '../../shared/contract/fleet/documents.ts';
import {
  type CloudSays,
  encodeGatewaySays,
  openAlertsKey,
  parseCloudSays,
} from '../../shared/contract/fleet/exchange.ts';
import type { GatewayFigures } from '../../shared/contract/fleet/figures.ts';
import { type Clock, every, type Timer } from '../../shared/runtime/clock.ts';
import { codeOf, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { Exclusive } from '../../shared/runtime/order/exclusive.ts';
import { rateLimit } from '../../shared/runtime/rate-limit.ts';
import type { FollowedKind } from '../ports/fleet/fleet.ts';
import type { Outbox } from '../ports/uplink.ts';
import { BestTime } from './best-time.ts';
import type { FleetFile, Report } from './fleet-file.ts';
import { type Documents, merged, type Reports, reportsOf, wantedOf } from './standings.ts';
import type { FleetStats } from './statistics.ts';

/** Ends are noticed within so long. */
const lookMs = 1_000;
/** The cloud is told again what is here, in case it or a message was lost. */
const sayMs = 60_000;
/** After a failure of the disk, or of the journal. */
const retryMs = 5_000;
const warnMsMin = 60_000;
/** A proven time is saved so often, for a start with an unset clock. */
const proveMs = 3_600_000;
/** A report is not told again more often. */
const retellMs = 120_000;

export interface FleetDeps {
  gateway: string;
  file: FleetFile;
  kinds: readonly FollowedKind[];
  outbox: Pick<Outbox, 'event'>;
  /** Sends a message to the cloud, if that is connected. */
  say(message: Buffer): void;
  /** How this gateway is; null if it does not know yet. */
  figures?(): GatewayFigures | null;
  /** Tells the cloud which alerts are open. */
  tellOpen?(): void;
  clock: Clock;
  log: Log;
}

export class Fleet {
  private readonly deps: FleetDeps;
  private readonly exclusive = new Exclusive();
  private readonly mayWarn: () => boolean;
  private readonly retoldMs = new Map<string, number>();
  private documents: Documents = new Map();
  private reports: Reports = new Map();
  /** How documents stood when they were last applied: with another time than that of the reports that were saved, perhaps. */
  private applied: Reports = new Map();
  private time: BestTime;
  private savedProvenMs = 0;
  private waitsToMs = 0;
  private timers: Timer[] = [];
  private readonly counts = { heard: 0, failed: 0 };

  constructor(deps: FleetDeps) {
    this.deps = deps;
    this.mayWarn = rateLimit(deps.clock, warnMsMin);
    this.time = new BestTime(deps.clock, 0);
    for (const kind of deps.kinds) kind.onReady?.(() => void this.exclusive.run(() => this.look()));
  }

  /** Follows what was kept, before the first decision. @throws HarbingerError FLEET_VERSION, FLEET_UNREADABLE */
  load(): void {
    const { file, clock } = this.deps;
    const saved = file.load();
    if (!saved) return;
    const { documents, reports, provenMs } = saved;
    this.documents = new Map(documents.map((document) => [keyOf(document), document]));
    this.reports = new Map(reports.map((report) => [report.key, report]));
    this.savedProvenMs = provenMs;
    this.time = new BestTime(clock, provenMs);
    this.apply();
  }

  async start(): Promise<void> {
    const { clock } = this.deps;
    this.timers = [
      every(clock, lookMs, () => void this.exclusive.run(() => this.look())),
      every(clock, sayMs, () => this.say()),
    ];
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) timer.cancel();
    await this.exclusive.run(async () => undefined);
  }

  /** Takes what the cloud says; null: it is connected, and can be told what is here. Never throws. */
  heard(message: Buffer | null): void {
    if (message === null) return this.say();
    const says = parseCloudSays(message);
    if (says) void this.exclusive.run(() => this.take(says));
  }

  stats(): FleetStats {
    const documents = [...this.documents.values()]
      .filter(({ removed }) => !removed)
      .map((document) => {
        const { seal: _, ...shown } = document;
        const { state = 'unknown', atMs = 0, problem } = this.reports.get(keyOf(document)) ?? {};
        return {
          ...shown,
          body: shownBody(shown.body),
          state,
          sinceMs: atMs,
          ...(problem !== undefined && { problem }),
        };
      });
    const unsent = [...this.reports.values()].filter((report) => report.unsent).length;
    return { documents, unsent, ...this.counts, clockDoubt: this.time.doubt };
  }

  /** @param documents those that the cloud asked for */
  private say(documents: DesiredDocument[] = []): void {
    const have = [...this.documents].map(([key, { version }]): [string, number, string] => [
      key,
      version,
      this.reports.get(key)?.state ?? 'unknown',
    ]);
    const figures = this.deps.figures?.();
    this.deps.say(encodeGatewaySays({ have, documents, ...(figures && { figures }) }));
  }

  private async take({ timeMs, documents: said, want, retell }: CloudSays): Promise<void> {
    const { gateway, log } = this.deps;
    this.counts.heard += 1;
    this.time.heard(timeMs);
    const next = merged(this.documents, said, gateway);
    if (next !== this.documents) {
      try {
        await this.keep(next, reportsOf(next, this.reports, { ...this.deps, time: this.time }));
      } catch (error) {
        this.failed(error, 'what the cloud wants is not followed yet, because it cannot be saved');
        return;
      }
      this.apply();
      for (const { kind, name, version, removed, who, why } of said)
        log.info(
          { kind, name, version, who, why },
          `what the cloud wants was ${removed ? 'removed' : 'taken'}`,
        );
    }
    await this.look();
    if (want.length > 0) this.say(want.flatMap((key) => this.documents.get(key) ?? []));
    if (retell.includes(openAlertsKey)) this.deps.tellOpen?.();
    for (const key of retell) await this.retell(key);
  }

  /** Ends what is over, and what is in force again; tells what was not told. */
  private async look(): Promise<void> {
    const { clock } = this.deps;
    const next = reportsOf(this.documents, this.reports, { ...this.deps, time: this.time });
    const isChanged = [...next].some(([key, report]) => this.reports.get(key) !== report);
    // In force or ended whether the disk takes it or not: after a restart it is the same.
    if (isChanged || !isAlike(next, this.applied)) this.apply();
    const isProven = this.documents.size > 0 && this.time.provenMs - this.savedProvenMs >= proveMs;
    const isOwed = [...next.values()].some(({ unsent }) => unsent);
    if ((!isChanged && !isProven && !isOwed) || clock.monotonicMs() < this.waitsToMs) return;
    try {
      if (isChanged || isProven) await this.keep(this.documents, next);
      if (isOwed) await this.tell();
    } catch (error) {
      this.failed(error, 'how it stands is not reported yet');
      this.waitsToMs = clock.monotonicMs() + retryMs;
    }
  }

  /** Saves first: what is followed, and told, is on disk. */
  private async keep(documents: Documents, reports: Reports): Promise<void> {
    const { provenMs } = this.time;
    await this.deps.file.save({
      documents: [...documents.values()],
      reports: [...reports.values()],
      provenMs,
    });
    this.documents = documents;
    this.reports = reports;
    this.savedProvenMs = provenMs;
  }

  private apply(): void {
    const { kinds } = this.deps;
    for (const kind of kinds) kind.prepare?.(wantedOf(this.documents, kind, this.time.nowMs()));
    // Documents that need nothing, or have it already, are in force at once.
    this.applied = reportsOf(this.documents, this.reports, { kinds, time: this.time });
    for (const kind of kinds) {
      const followed = [...this.documents].filter(
        ([key, document]) => document.kind === kind.kind && this.applied.get(key)?.state === 'in-force',
      );
      kind.apply(followed.map(([, document]) => document));
    }
  }

  private async tell(): Promise<void> {
    for (const report of [...this.reports.values()]) if (report.unsent) await this.event(report);
    const told = [...this.reports].map(([key, { unsent: _, ...report }]) => [key, report] as const);
    await this.keep(this.documents, new Map(told));
  }

  private async retell(key: string): Promise<void> {
    const report = this.reports.get(key);
    const nowMs = this.deps.clock.monotonicMs();
    const sinceMs = nowMs - (this.retoldMs.get(key) ?? Number.NEGATIVE_INFINITY);
    if (!report || report.unsent || sinceMs < retellMs) return;
    this.retoldMs.set(key, nowMs);
    await this.event(report, true).catch((error) =>
      this.failed(error, 'how it stands is not told again yet'),
    );
  }

  /** Its id is determined by the change, so that a resend is recognised. */
  private async event(
    { key, version, state, atMs, problem, clock }: Report,
    isRetold = false,
  ): Promise<void> {
    const name = nameOfKey(key);
    if (!name) return;
    const { gateway, outbox } = this.deps;
    const timeMs = isRetold ? this.time.nowMs() : atMs;
    const id = eventIdOf(`fleet${isRetold ? '-now' : ''}/${key}/${version}/${state}/${timeMs}`);
    const data = {
      ...{ ...name, version, state },
      ...(problem !== undefined && { problem }),
      ...(clock !== undefined && { clock }),
      ...(isRetold && { isRetold }),
    };
    await outbox.event(newEvent('io.harbinger.fleet.reported.v1', { gateway, id, timeMs }, data));
  }

  private failed(error: unknown, what: string): void {
    this.counts.failed += 1;
    if (this.mayWarn()) this.deps.log.error({ code: codeOf(error), problem: messageOf(error) }, what);
  }
}

const isAlike = (a: Reports, b: Reports) =>
  a.size === b.size &&
  [...a].every(([key, { version, state }]) => {
    const other = b.get(key);
    return other?.version === version && other.state === state;
  });
