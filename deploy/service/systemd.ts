/**
 * Tells systemd that a service runs, and feeds its watchdog only while every thread that it needs answers, so that a
 * process that hangs is ended and started again. Node cannot send to systemd's socket, so `systemd-notify` does it.
 */
import { execFile } from 'node:child_process';
import { type Clock, every, systemClock } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import { createLog, type Log } from '../../shared/runtime/log.ts';

export interface SystemdDeps {
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Log;
  /** Sends assignments such as READY=1. */
  notify(assignments: readonly string[]): void;
}

/** How often within systemd's limit the watchdog is fed: two answers may fail. */
const feedsPerLimit = 3;

/**
 * Says READY, and then feeds the watchdog if the unit has one. Does nothing if systemd did not start this process.
 * @param answers resolves when each thread has answered
 */
export function reportToSystemd(answers: () => Promise<unknown>, deps: SystemdDeps): void {
  const { env, clock, log, notify } = deps;
  if (!env.NOTIFY_SOCKET) return;
  notify(['READY=1', 'STATUS=takes readings']);
  const limitMs = Number(env.WATCHDOG_USEC) / 1_000;
  if (!(limitMs > 0)) return;
  let isAsked = false;
  every(clock, limitMs / feedsPerLimit, () => {
    if (isAsked) return;
    isAsked = true;
    answers()
      .then(() => notify(['WATCHDOG=1']))
      .catch((error) =>
        log.warn({ cause: messageOf(error) }, 'the watchdog of systemd is not fed: no answer'),
      )
      .finally(() => {
        isAsked = false;
      });
  });
}

/** Reports for a side that runs. */
export function tellSystemd(side: string, answers: () => Promise<unknown>): void {
  const log = createLog(side);
  reportToSystemd(answers, { env: process.env, clock: systemClock, log, notify: systemdNotify(log) });
}

const notifyMsMax = 10_000;

/** Sends with `systemd-notify`; what fails is logged, and systemd's own time limit then decides. */
export function systemdNotify(log: Log): SystemdDeps['notify'] {
  return (assignments) => {
    execFile('systemd-notify', [...assignments], { timeout: notifyMsMax }, (error) => {
      if (error) log.warn({ cause: messageOf(error) }, 'systemd-notify failed');
    });
  };
}
