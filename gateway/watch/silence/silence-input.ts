import type { Clock } from '../../../shared/runtime/clock.ts';
import type { AlertInput } from '../../ports/decision.ts';
import type { Hearing, SilenceBounds } from './hearing.ts';

const noWindow = new Float32Array(0);

/** The input of a decision about whether a machine is silent, and about nothing else. */
export function inputOf(hearing: Hearing, bounds: SilenceBounds, clock: Clock): AlertInput {
  const wallMs = clock.nowMs();
  const { heardBeforeMs, heardMs } = hearing.beforeWord ?? hearing;
  return {
    machine: hearing.identity,
    timeMs: Math.floor(wallMs),
    window: noWindow,
    rows: 0,
    isShort: true,
    silence: {
      isSilent: hearing.level === 'silent',
      isOffline: hearing.isOffline,
      ...(hearing.beforeWord && { isByWord: true }),
      // A clock that was set back since must not make it later than now.
      lastHeardMs: Math.min(wallMs, heardBeforeMs ?? wallMs - (clock.monotonicMs() - heardMs)),
      allowedMs: hearing.allowedMs(bounds),
    },
  };
}
