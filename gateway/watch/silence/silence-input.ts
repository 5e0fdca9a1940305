import { messageOf } from '../../../shared/runtime/errors.ts';
import type { AlertInput } from '../../ports/decision.ts';
import type { Hearing } from './hearing.ts';
import type { SilenceOptions } from './silence-options.ts';

export type Decide = (inputs: readonly AlertInput[]) => Promise<unknown>;
type Told = Pick<SilenceOptions, 'bounds' | 'clock' | 'log'>;

const noWindow = new Float32Array(0);

/** The input of a decision about whether a machine is silent, and about nothing else. */
function inputOf(hearing: Hearing, { bounds, clock }: Told): AlertInput {
  const wallMs = clock.nowMs();
  const nowMs = clock.monotonicMs();
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
      lastHeardMs: Math.min(wallMs, heardBeforeMs ?? wallMs - (nowMs - heardMs)),
      ...hearing.allowedNow(bounds, nowMs, wallMs - nowMs),
    },
  };
}

/** Decides about a batch of machines. Returns false if that failed, which is logged. */
export async function decideSilence(decide: Decide, batch: readonly Hearing[], told: Told): Promise<boolean> {
  try {
    await decide(batch.map((hearing) => inputOf(hearing, told)));
    return true;
  } catch (error) {
    told.log.error(
      { code: 'DECISION_FAILED', problem: messageOf(error) },
      'a batch of silent machines was not decided',
    );
    return false;
  }
}
