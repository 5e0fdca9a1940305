/**
 * Site notices (gateway/site-notices): what this gateway tells people itself, by notifiers of its own, also while the cloud
 * is out of reach. open-alerts.ts knows what is open and who was told, notice-queue.ts what is owed. The events are
 * overheard on their way to the outbox; who is told and how it is delivered is shared/notifications, protocols are
 * shared/notifiers.
 */
import { createHash } from 'node:crypto';
import { endedBefore } from '../../shared/contract/alerts/closed.ts';
import type { ConditionData } from '../../shared/contract/condition.ts';
import { newEvent } from '../../shared/contract/envelope.ts';
import { type AlertEvent, type HarbingerEvent, isAlertEvent } from '../../shared/contract/events.ts';
import { siteGroupsMax } from '../../shared/contract/notices/alert-told.ts';
import { type AlertsConfig, type Receiver, receiversIn } from '../../shared/notifications/config.ts';
import { createNotifiers } from '../../shared/notifications/create-notifiers.ts';
import { NotificationRunner, type NotifierHealth } from '../../shared/notifications/notification-runner.ts';
import type { DeadNotification } from '../../shared/notifications/queue.ts';
import { recipientsOf, wasOver } from '../../shared/notifications/recipients.ts';
import type { RunningPart } from '../../shared/parts/seam.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import { rateLimit } from '../../shared/runtime/rate-limit.ts';
import type { OpenAlert } from '../ports/decision.ts';
import type { DeadNoticeAdmin, RedrivenNotices } from '../ports/kept-items.ts';
import type { Outbox } from '../ports/uplink.ts';
import { DeadNotices } from './dead-notices.ts';
import type { ToldChange } from './debt.ts';
import { NoticeQueue } from './notice-queue.ts';
import { type NoticesFile, unsavedText } from './notices-file.ts';
import { type FollowedChange, OpenAlerts } from './open-alerts.ts';
import type { SiteNoticesStats } from './statistics.ts';
import { groupsOf, namesThatMayHaveHeard } from './told-groups.ts';

/** Pause after the file was written or could not be: more changes meanwhile are kept by one write. */
const saveMsMin = 500;
const stopMsMax = 5_000;
const warnEveryMs = 60_000;
/** Reasons that an answer names. */
const reasonsMax = 5;

export interface SiteNoticesOptions {
  gateway: string;
  config: AlertsConfig;
  /** The address of the cloud's page, for links; undefined if it is not known. */
  publicUrl?: string | undefined;
  file: NoticesFile;
  /** The alerts that are open now. Asked once, at the start. */
  openAlerts(): readonly OpenAlert[];
  openConditions(): readonly ConditionData[];
  /** Takes the word that a group was told. */
  outbox: Outbox;
  clock: Clock;
  random: Random;
  log: Log;
}

export class SiteNotices implements DeadNoticeAdmin {
  readonly running: readonly RunningPart[];
  private readonly options: SiteNoticesOptions;
  private readonly settings: readonly Receiver[];
  private readonly alerts: OpenAlerts;
  private readonly queue: NoticeQueue;
  private readonly dead = new DeadNotices();
  private readonly runner: NotificationRunner;
  private readonly attempts = new Map<string, Record<'confirmed' | 'retried' | 'dead', number>>();
  private readonly mayWarn: () => boolean;
  private readonly stopping = new AbortController();
  private saving: Promise<void> | null = null;
  private hasChanged = false;

  private constructor(
    options: SiteNoticesOptions,
    { policies, running }: Awaited<ReturnType<typeof createNotifiers>>,
  ) {
    const { gateway, config, clock, random, log } = options;
    this.options = options;
    this.running = running;
    this.settings = receiversIn(config);
    this.mayWarn = rateLimit(clock, warnEveryMs);
    this.alerts = new OpenAlerts(gateway);
    this.queue = new NoticeQueue({
      gateway,
      notifiers: this.settings.map(({ name }) => name),
      members: (notifier) => this.alerts.members(({ told }) => told.includes(notifier)),
      nowMs: () => clock.nowMs(),
      changed: () => this.save(),
      confirmed: (...told) => this.tellGroup(...told),
      dead: this.dead,
    });
    const notifications = {
      inc: ({ notifier, outcome }: { notifier: string; outcome: 'confirmed' | 'retried' | 'dead' }) => {
        this.attemptsOf(notifier)[outcome] += 1;
      },
    };
    this.runner = new NotificationRunner(policies, { queue: this.queue, clock, random, log, notifications });
  }

  /** @throws ConfigError ALERTS_TLS_FILES; HarbingerError SITE_NOTICES_UNREADABLE */
  static async create(options: SiteNoticesOptions): Promise<SiteNotices> {
    const notices = new SiteNotices(options, await createNotifiers(options.config, options));
    if (notices.settings.length === 0) return notices;
    const { alerts, owed, dead } = options.file.load();
    notices.dead.restore(dead);
    notices.alerts.restore(alerts);
    notices.queue.restore(owed);
    return notices;
  }

  /** An outbox that also tells here what it is given, whether or not the journal takes it, and says which groups hear of it here. */
  overheard(outbox: Outbox): Outbox {
    return {
      event: (event) => {
        if (!isAlertEvent(event)) return outbox.event(event);
        const siteGroups = groupsOf(this.settings, this.take([event])).slice(0, siteGroupsMax);
        return outbox.event({ ...event, data: { ...event.data, siteGroups } } as HarbingerEvent);
      },
      estimates: (lines) => outbox.estimates(lines),
    };
  }

  /** Tells what has changed while the gateway was not running, and begins to deliver. */
  start(): void {
    if (this.settings.length === 0) return;
    const { openAlerts, openConditions, clock } = this.options;
    this.take(this.alerts.missing(openAlerts(), openConditions(), clock.nowMs()));
    this.runner.start();
  }

  /** Keeps what is not delivered for the next start. */
  async stop(): Promise<void> {
    if (this.settings.length === 0) return;
    await this.runner.stop();
    this.stopping.abort();
    await Promise.race([this.save(), sleep(this.options.clock, stopMsMax)]);
  }

  list(limit: number): DeadNotification[] {
    return this.dead.all().slice(-limit).reverse();
  }

  async redrive(which: readonly string[] | 'all'): Promise<RedrivenNotices> {
    const keys = which === 'all' ? this.dead.all().map(({ notification }) => notification.key) : which;
    const reasons: string[] = [];
    let redriven = 0;
    for (const key of keys)
      if (await this.queue.redrive(key)) redriven++;
      else
        reasons.push(`there is no dead notification '${key.slice(0, 200)}' of a notifier that is configured`);
    return { redriven, kept: reasons.length, reasons: reasons.slice(0, reasonsMax) };
  }

  health(): NotifierHealth[] {
    return this.runner.health();
  }

  stats(): SiteNoticesStats {
    const waiting = this.queue.waiting();
    const summedUp = this.queue.summedUp();
    return {
      notifiers: this.settings.map(({ name }) => ({
        name,
        waiting: waiting.get(name) ?? 0,
        summedUp: summedUp.get(name) ?? 0,
        ...this.attemptsOf(name),
      })),
    };
  }

  /** Returns the names of the notifiers that hear of it, or have heard of it where it comes again. */
  private take(events: readonly AlertEvent[]): Set<string> {
    const notifiers = new Set<string>();
    if (this.settings.length === 0) return notifiers;
    const earlier = new Set<string>();
    for (const event of events) {
      const change = this.alerts.take(event);
      if (!change) {
        for (const name of namesThatMayHaveHeard(this.settings, event)) earlier.add(name);
        continue;
      }
      const settings = this.settings.filter(({ group }) => !isToldByCloud(change, group));
      const recipients = hasEndedBefore(change) ? [] : recipientsOf(settings, change, change.told);
      this.alerts.tell(change.alertId, recipients);
      if (change.change === 'resolved' && wasOver(change.alert))
        for (const name of change.told) this.queue.alsoTells(name, change.alertId, event.id);
      if (change.change === 'resolved')
        for (const name of change.told)
          if (!recipients.includes(name)) this.queue.ended(name, change.alertId, event.time);
      for (const name of recipients) {
        this.queue.add(name, change);
        notifiers.add(name);
      }
    }
    if (events.length === 0) return notifiers;
    // Keep first, then tell: after a crash in between, the other order would tell it twice.
    void this.save().then(() => this.queue.announce(notifiers));
    return new Set([...notifiers, ...earlier]);
  }

  /** Lets the cloud know, so that it does not tell the same people again. */
  private tellGroup(notifier: string, changes: readonly ToldChange[]): void {
    const group = this.settings.find(({ name }) => name === notifier)?.group;
    if (group === undefined) return;
    for (const change of changes) this.tellCloud(change, group, notifier);
  }

  private tellCloud({ alertId, change, events, subject }: ToldChange, group: string, notifier: string): void {
    const { gateway, clock, outbox, log } = this.options;
    const id = createHash('sha256')
      .update(`${alertId} ${change} ${events.at(-1)} ${group}`)
      .digest('hex')
      .slice(0, 32);
    const about = {
      gateway,
      id: `told-${id}`,
      timeMs: clock.nowMs(),
      ...(subject !== undefined && { subject }),
    };
    const told = newEvent('io.harbinger.alert.told.v1', about, {
      alertId,
      change,
      events,
      group,
      notifier,
    });
    outbox.event(told).catch((error: unknown) => {
      if (this.mayWarn())
        log.warn(
          { notifier, group, problem: String(error) },
          'the cloud could not be let know that a group was told: it may tell it too',
        );
    });
  }

  private attemptsOf(notifier: string): Record<'confirmed' | 'retried' | 'dead', number> {
    const known = this.attempts.get(notifier);
    if (known) return known;
    const counts = { confirmed: 0, retried: 0, dead: 0 };
    this.attempts.set(notifier, counts);
    return counts;
  }

  /** Resolves when all that is known now is kept, or could not be. Never rejects. */
  private async save(): Promise<void> {
    this.hasChanged = true;
    this.saving ??= this.saveNow().finally(() => {
      this.saving = null;
    });
    await this.saving;
    if (this.hasChanged) await this.save();
  }

  private async saveNow(): Promise<void> {
    const { file, clock, log } = this.options;
    this.hasChanged = false;
    try {
      await file.save({ alerts: this.alerts.all(), owed: this.queue.kept(), dead: this.dead.all() });
    } catch (error) {
      if (this.mayWarn()) log.error({ code: 'SITE_NOTICES_UNSAVED' }, unsavedText(error));
    }
    if (!this.stopping.signal.aborted && this.hasChanged) await sleep(clock, saveMsMin, this.stopping.signal);
  }
}

/** True if the cloud tells this group that a person has closed the alert. */
function isToldByCloud({ alert, change }: FollowedChange, group: string | undefined): boolean {
  const { closed } = 'condition' in alert ? alert.condition : alert.prediction;
  return change === 'resolved' && group !== undefined && closed?.toldGroups?.includes(group) === true;
}

function hasEndedBefore({ alert }: FollowedChange): boolean {
  return 'prediction' in alert && alert.prediction.outcome === endedBefore;
}
