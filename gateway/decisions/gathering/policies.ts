/**
 * The gathering decision (gateway/decisions/gathering): about once a second, from what waiting for more messages has brought, it sets
 * how often the path of readings tries it. The path reads the setpoint and never waits for the decision.
 *
 *     slab queue ▶ counts ▶ (a second) governed decision ▶ setpoint ▶ slab queue
 */
import type { CheckAnswer, Policy, Verdict } from '../../../shared/decisions/policy.ts';
import { type GatheringSetpoint, ruledSetpoint } from '../../ports/gathering/gathering.ts';

/** The counts since the decision before, and what holds now. A type and no interface, because records have it as it is. */
export type GatheringInput = {
  messages: number;
  batches: number;
  waits: number;
  fruitful: number;
  skipWaits: number;
  patience: number;
};

/** Above this share of fruitful waits each is tried again; below the other, half as many are. */
const worthShare = 0.5;
const vainShare = 0.25;
/** Number of waits from which their share is believed. */
const waitsSure = 8;
const messagesMax = 1_000_000;

/** Learns how often waiting is in vain: senders that wait for each answer send nothing meanwhile. */
export function learnedPolicy(skipWaitsMax: number): Policy<GatheringInput, GatheringSetpoint> {
  function decide({ waits, fruitful, skipWaits, patience }: GatheringInput): Verdict<GatheringSetpoint> {
    const share = fruitful / waits;
    const next =
      share > worthShare
        ? 1
        : share < vainShare
          ? Math.min(2 * Math.max(1, skipWaits), skipWaitsMax)
          : skipWaits;
    return {
      answer: { ...ruledSetpoint(patience), skipWaits: next },
      confidence: Math.min(1, waits / waitsSure),
      reasons: [
        `${fruitful} of ${waits} waits brought more messages: after one in vain ${next} batches do not wait`,
      ],
    };
  }
  const decideNow = (inputs: readonly GatheringInput[]) => inputs.map(decide);
  return {
    name: 'learned-gathering',
    version: '1.0.0',
    decide: async (inputs) => decideNow(inputs),
    decideNow,
  };
}

export const gatheringRules: Policy<GatheringInput, GatheringSetpoint> = {
  name: 'gathering-rules',
  version: '1.0.0',
  decide: async (inputs) => inputs.map(ruled),
  decideNow: (inputs) => inputs.map(ruled),
};

function ruled({ patience }: GatheringInput): Verdict<GatheringSetpoint> {
  return { answer: ruledSetpoint(patience), confidence: 0.5, reasons: ['the same for all senders'] };
}

/** Returns the check of a setpoint: its bounds. */
export function problemOfSetpoint(skipWaitsMax: number): CheckAnswer<GatheringSetpoint> {
  return ({ enoughMessages, enoughSoon, skipWaits }) => {
    if (!Number.isInteger(skipWaits) || skipWaits < 0 || skipWaits > skipWaitsMax)
      return `skipWaits ${skipWaits} is not a whole number from 0 to ${skipWaitsMax}`;
    const isOrdered = enoughSoon >= 1 && enoughSoon <= enoughMessages && enoughMessages <= messagesMax;
    return isOrdered
      ? null
      : `enoughSoon ${enoughSoon} and enoughMessages ${enoughMessages} are not from 1 to ${messagesMax}, in this order`;
  };
}
