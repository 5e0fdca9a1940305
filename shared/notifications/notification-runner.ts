import type { Notification, Notifier } from '../notifiers/notifier.ts';
import { RetryAfterError } from '../notifiers/retry-after.ts';
import { type BackoffOptions, backoffMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { type Random, randomHex } from '../runtime/random.ts';
import type { NotificationQueue } from './queue.ts';
import { testNotices } from './test-notices.ts';

export interface NotifierPolicy {
  notifier: Notifier;
  timeoutMs: number;
  attemptsMax: number;
  backoffFirstMs: number;
  backoffMaxMs: number;
}

/** How the attempts of a notifier have gone since the start. */
export interface NotifierHealth {
  name: string;
  /** Since when each attempt has failed, in ms since 1970; null after a confirmed one, or before the first. */
  failingSinceMs: number | null;
  lastError: string | null;
  /** False before the first attempt. */
  isKnown: boolean;
  /** When its receiver confirmed last, in ms since 1970; null if it has not since the start. */
  confirmedMs: number | null;
}

export interface NotificationRunnerDeps {
  queue: NotificationQueue;
  clock: Clock;
  random: Random;
  log: Log;
  /** Counts the attempts. */
  notifications: {
    inc(labels: { notifier: string; outcome: 'confirmed' | 'retried' | 'dead' }): void;
  };
}

/** The longest wait for a queued notification, and the first one after the queue itself failed (for example on a full disk). */
const pauseMs = 5_000;
const queueRetry: BackoffOptions = { firstMs: pauseMs, maxMs: 300_000 };

/**
 * Sends the notifications in the queue. Each notifier has a loop of its own, one notification at a time, so that one
 * that hangs delays no other. One that its receiver has confirmed and the queue could not record is not sent again: only its record
 * is tried again, before anything else goes to that receiver. After a crash between a receiver's confirmation and its record in the queue, that
 * notification is sent once more with the same idempotency key: receivers that must act exactly once remember keys.
 */
export class NotificationRunner {
  private readonly policies: NotifierPolicy[];
  private readonly deps: NotificationRunnerDeps;
  private readonly stopping = new AbortController();
  private readonly wake = new Map<string, () => void>();
  private unsubscribe: () => void = () => {};
  private loops: Promise<void>[] = [];
  /** Names of the notifiers that are being tested. */
  private readonly testing = new Set<string>();
  /** By notifier: its receiver has it, and the queue does not know. */
  private readonly unrecorded = new Map<string, Notification>();
  private readonly outcomes = new Map<string, Omit<NotifierHealth, 'name' | 'isKnown'>>();

  constructor(policies: NotifierPolicy[], deps: NotificationRunnerDeps) {
    this.policies = policies;
    this.deps = deps;
  }

  start(): void {
    this.unsubscribe = this.deps.queue.onQueued((notifier) => this.wake.get(notifier)?.());
    this.loops = [...this.policies.map((policy) => this.run(policy)), this.giveUpUnconfigured()];
  }

  /** Aborts the attempts in progress; they are repeated after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.unsubscribe();
    for (const wake of this.wake.values()) wake();
    await Promise.all(this.loops);
    await Promise.all(this.policies.map(({ notifier }) => notifier.stop()));
  }

  health(): NotifierHealth[] {
    return this.policies.map(({ notifier: { name } }) => {
      const outcome = this.outcomes.get(name);
      const none = { failingSinceMs: null, lastError: null, confirmedMs: null };
      return { name, ...none, ...outcome, isKnown: outcome !== undefined };
    });
  }

  /**
   * Sends a test to a receiver at once, beside its queue: an alert that opens and ends. Resolves when both are confirmed.
   * @param by who has asked for it; empty if nobody is named @throws HarbingerError NOTIFIER_UNKNOWN, NOTIFIER_TESTED, or what the receiver has answered
   */
  async test(name: string, by: string): Promise<void> {
    const policy = this.policies.find(({ notifier }) => notifier.name === name);
    if (!policy) throw unknownNotifier(name, this.policies);
    if (this.testing.has(name)) throw testedAlready(name);
    this.testing.add(name);
    const { clock, random, log } = this.deps;
    try {
      const about = { nowMs: clock.nowMs(), by };
      for (const notice of testNotices(name, randomHex(random, 8), about))
        await this.withinTimeout(policy, notice);
      log.info({ notifier: name }, 'a test was confirmed by its receiver');
    } finally {
      this.testing.delete(name);
    }
  }

  private async run(policy: NotifierPolicy): Promise<void> {
    const { signal } = this.stopping;
    const { name } = policy.notifier;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.recorded(name);
        const { due, ...next } = this.deps.queue.next(name, this.deps.clock.nowMs());
        if (due) await this.attempt(policy, due);
        else await this.untilQueued(name, this.queuedWaitMs('atMs' in next ? next.atMs : null));
        failures = 0;
      } catch (error) {
        this.deps.log.error(
          { notifier: name, error: messageOf(error) },
          'notification queue failed; retrying',
        );
        // Something that is queued meanwhile shows that the queue can be written again.
        await this.untilQueued(name, backoffMs(failures++, queueRetry, this.deps.random));
      }
    }
  }

  private async attempt(policy: NotifierPolicy, notification: Notification): Promise<void> {
    const { name } = policy.notifier;
    try {
      await this.withinTimeout(policy, notification);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      return this.failed(policy, notification, error);
    }
    const confirmedMs = this.deps.clock.nowMs();
    this.outcomes.set(name, { failingSinceMs: null, lastError: null, confirmedMs });
    this.unrecorded.set(name, notification);
    await this.recorded(name);
  }

  /** Records what the receiver has confirmed last, if it is not recorded yet. @throws whatever kept the queue from it */
  private async recorded(name: string): Promise<void> {
    const { queue, log, notifications } = this.deps;
    const notification = this.unrecorded.get(name);
    if (!notification) return;
    await queue.confirm(notification);
    this.unrecorded.delete(name);
    notifications.inc({ notifier: name, outcome: 'confirmed' });
    log.info({ notifier: name, key: notification.key }, 'notification confirmed');
  }

  private async failed(policy: NotifierPolicy, notification: Notification, error: unknown): Promise<void> {
    const { queue, log, clock, random, notifications } = this.deps;
    const { name } = policy.notifier;
    const reason = messageOf(error).slice(0, 500);
    const failingSinceMs = this.outcomes.get(name)?.failingSinceMs ?? clock.nowMs();
    const confirmedMs = this.outcomes.get(name)?.confirmedMs ?? null;
    this.outcomes.set(name, { failingSinceMs, lastError: reason, confirmedMs });
    const attempts = notification.attempts + 1;
    const hopeless = error instanceof HarbingerError && !error.retry;
    // A digest is what is told whenever the receiver answers again, so it goes on until it does.
    if (hopeless || (attempts >= policy.attemptsMax && notification.change !== 'digest')) {
      await queue.giveUp(notification, reason, hopeless ? 'refused' : 'unanswered');
      notifications.inc({ notifier: name, outcome: 'dead' });
      log.error({ notifier: name, key: notification.key, attempts, reason }, 'notification is a dead letter');
      return;
    }
    const range = { firstMs: policy.backoffFirstMs, maxMs: policy.backoffMaxMs };
    const asked = error instanceof RetryAfterError ? error.retryAfterMs : 0;
    const delayMs = Math.max(asked, backoffMs(notification.attempts, range, random));
    await queue.retryAt(notification, clock.nowMs() + delayMs, reason);
    notifications.inc({ notifier: name, outcome: 'retried' });
    log.warn({ notifier: name, key: notification.key, attempts, reason }, 'notification failed; retrying');
  }

  /** Stops the attempt at its time limit, even if the notifier ignores its signal. */
  private withinTimeout(policy: NotifierPolicy, notification: Notification): Promise<void> {
    const attempt = new AbortController();
    return new Promise((resolve, reject) => {
      const give = (why: string) => {
        reject(new HarbingerError('NOTIFY_TIMEOUT', 'alerts', why, { retry: true }));
        attempt.abort();
      };
      const timer = this.deps.clock.setTimer(policy.timeoutMs, () =>
        give(`'${policy.notifier.name}' did not confirm within ${policy.timeoutMs} ms`),
      );
      const stop = () => give('stopping');
      this.stopping.signal.addEventListener('abort', stop, { once: true });
      if (this.stopping.signal.aborted) stop();
      policy.notifier
        .notify(notification, attempt.signal)
        .then(resolve, reject)
        .finally(() => {
          timer.cancel();
          this.stopping.signal.removeEventListener('abort', stop);
        });
    });
  }

  /** How long to wait for one that is due at `atMs`: no longer than a pause, so that a clock that was set back delays none. */
  private queuedWaitMs(atMs: number | null): number {
    return atMs === null ? pauseMs : Math.min(pauseMs, Math.max(0, atMs - this.deps.clock.nowMs()));
  }

  /** Waits for so long, or until something is queued, or until the stop. */
  private async untilQueued(notifier: string, waitMs: number): Promise<void> {
    if (this.stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = this.deps.clock.setTimer(waitMs, resolve);
      this.wake.set(notifier, () => {
        timer.cancel();
        resolve();
      });
    });
    this.wake.delete(notifier);
  }

  /** Gives up notifications for notifiers that are no longer configured, which would never be sent. */
  private async giveUpUnconfigured(): Promise<void> {
    const { queue, log } = this.deps;
    const known = new Set(this.policies.map(({ notifier }) => notifier.name));
    for (const name of new Set([...queue.waiting().keys(), ...queue.summedUp().keys()])) {
      if (known.has(name)) continue;
      log.warn(
        { notifier: name },
        'notifier is no longer configured; its waiting notifications become dead letters',
      );
      try {
        for (let due = this.any(name); due && !this.stopping.signal.aborted; due = this.any(name)) {
          await queue.giveUp(due, 'its notifier is no longer configured', 'refused');
        }
      } catch (error) {
        log.error(
          { notifier: name, error: messageOf(error) },
          'waiting notifications could not be moved to the dead letters',
        );
      }
    }
  }

  private any(notifier: string): Notification | null {
    return this.deps.queue.next(notifier, Number.MAX_SAFE_INTEGER).due;
  }
}

function unknownNotifier(name: string, policies: readonly NotifierPolicy[]): HarbingerError {
  const names = policies.map(({ notifier }) => notifier.name).join(', ');
  const known = names === '' ? 'none is configured' : `there are: ${names}`;
  return new HarbingerError('NOTIFIER_UNKNOWN', 'alerts', `no notifier is called '${name}'; ${known}`);
}

function testedAlready(name: string): HarbingerError {
  return new HarbingerError('NOTIFIER_TESTED', 'alerts', `'${name}' is being tested; wait for the outcome`);
}
