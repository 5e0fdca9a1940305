/**
 * The suite that every notifier must pass, whatever its protocol (test/conformance/notifiers). Each kind provides a
 * receiver of its protocol in a file beside this one; the suite knows none of them.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conditionEvent } from '../../../shared/notifiers/condition.testing.ts';
import type { Notifier, NotifierDeps } from '../../../shared/notifiers/notifier.ts';
import { notifiers } from '../../../shared/notifiers/notifiers.ts';
import { notificationOf, predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { createPart, partOfKind } from '../../../shared/parts/registry.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { expectDeclaredReports } from '../reports.ts';
import { validConfig } from './valid-config.ts';

/** The receiver's answers: confirmed; refused temporarily; refused permanently; no answer. */
export type Answer = 'confirm' | 'refuse-for-now' | 'refuse-for-good' | 'keep-silent';

export interface Receiver {
  /** The notifier's table in the configuration file, without defaults. */
  config: { name: string; timeoutMs?: number } & Record<string, unknown>;
  answer(kind: Answer): void;
  /** Notifications that were confirmed or refused, oldest first: idempotency key and the whole content as text. */
  received(): { key: string; content: string }[];
  /** Resolves when the receiver has got something that it does not answer. */
  reached(): Promise<void>;
  stop(): Promise<void>;
}

export interface NotifierHarness {
  kind: string;
  start(): Promise<Receiver>;
  /** Set if the protocol has no permanent refusal. */
  neverForGood?: true;
  /** Texts of the configuration that no error message may contain. */
  secrets: readonly string[];
}

const never = new AbortController().signal;

export function describeNotifier(harness: NotifierHarness): void {
  describe(`a notifier of kind ${harness.kind}`, () => {
    let receiver: Receiver;
    const made: Notifier[] = [];

    beforeEach(async () => {
      receiver = await harness.start();
    });
    afterEach(async () => {
      for (const notifier of made.splice(0)) await notifier.stop();
      await receiver.stop();
    });

    async function create(changed: Record<string, unknown> = {}): Promise<Notifier> {
      const config = validConfig(harness.kind, { ...receiver.config, ...changed });
      const deps = { clock: manualClock(), log: silentLog };
      const notifier = await createPart<NotifierDeps, Notifier>(
        notifiers,
        { kind: harness.kind, config },
        deps,
      );
      made.push(notifier);
      return notifier;
    }
    const opened = notificationOf(predictionEvent('opened', 1));
    const resolved = notificationOf(predictionEvent('resolved', 9), 'resolved');
    const failure = async (work: Promise<void>): Promise<HarbingerError> => {
      const error = await work.then(
        () => expect.fail('the notification was confirmed'),
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(HarbingerError);
      for (const secret of harness.secrets) expect((error as Error).message).not.toContain(secret);
      return error as HarbingerError;
    };

    it('has the name of its configuration', async () => {
      expect((await create()).name).toBe(receiver.config.name);
    });

    it('reports what it declares', async () => {
      const notifier = await create();
      receiver.answer('confirm');
      await notifier.notify(opened, never);
      await expectDeclaredReports(partOfKind(notifiers, harness.kind), notifier);
    });

    it('delivers each notification with its key, and a repetition with the same key', async () => {
      const notifier = await create();
      receiver.answer('confirm');
      await notifier.notify(opened, never);
      await notifier.notify(resolved, never);
      await notifier.notify(opened, never);
      const [first, second, repeat] = receiver.received();
      expect([first?.key, second?.key]).toEqual([opened.key, resolved.key]);
      expect(repeat).toEqual(first);
      for (const { content } of receiver.received()) expect(content).toContain('pump-1');
    });

    it('distinguishes the resolution of an alert from its opening', async () => {
      const notifier = await create();
      receiver.answer('confirm');
      await notifier.notify(opened, never);
      await notifier.notify(resolved, never);
      const [first, second] = receiver.received();
      expect(second?.content.toLowerCase()).toContain('resolved');
      expect(first?.content.toLowerCase()).not.toContain('resolved');
    });

    it('tells of what is wrong with Harbinger itself: where, what and why', async () => {
      const notifier = await create();
      receiver.answer('confirm');
      await notifier.notify(notificationOf(conditionEvent('opened', 1)), never);
      await notifier.notify(notificationOf(conditionEvent('resolved', 9), 'resolved'), never);
      const [first, second] = receiver.received();
      for (const told of ['disk space', 'north', '400 MB']) expect(first?.content).toContain(told);
      expect(first?.content.toLowerCase()).not.toContain('resolved');
      expect(second?.content.toLowerCase()).toContain('resolved');
    });

    it('asks for a retry after a temporary refusal, and then delivers', async () => {
      const notifier = await create();
      receiver.answer('refuse-for-now');
      expect(await failure(notifier.notify(opened, never))).toMatchObject({ stage: 'alerts', retry: true });
      receiver.answer('confirm');
      await notifier.notify(opened, never);
      expect(receiver.received().at(-1)?.key).toBe(opened.key);
    });

    if (!harness.neverForGood) {
      it('asks for no retry after a permanent refusal', async () => {
        const notifier = await create();
        receiver.answer('refuse-for-good');
        const refused = { code: 'NOTIFY_REFUSED', stage: 'alerts', retry: false };
        expect(await failure(notifier.notify(opened, never))).toMatchObject(refused);
      });
    }

    it('does not take silence for a confirmation, and stops when it is told to', async () => {
      const notifier = await create({ timeoutMs: 1_000 });
      receiver.answer('keep-silent');
      const giveUp = new AbortController();
      const attempt = failure(notifier.notify(opened, giveUp.signal));
      await receiver.reached();
      giveUp.abort();
      expect(await attempt).toMatchObject({ retry: true });
      receiver.answer('confirm');
      await notifier.notify(opened, never);
      expect(receiver.received().at(-1)?.key).toBe(opened.key);
    });

    it('asks for a retry if nobody listens, and names the address', async () => {
      const notifier = await create();
      await receiver.stop();
      const error = await failure(notifier.notify(opened, never));
      expect(error).toMatchObject({ code: 'NOTIFY_FAILED', retry: true });
      expect(error.message).toContain(receiver.config.name);
    });

    it('can be stopped twice, and before its first use', async () => {
      const notifier = await create();
      await notifier.stop();
      await notifier.stop();
    });
  });
}
