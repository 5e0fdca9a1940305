import { describeException } from '../frames/request.ts';
import type { Outcome } from './line.ts';

/** Says in a clause how a request went wrong, and what to do. */
export function describeOutcome(outcome: Exclude<Outcome, { kind: 'data' }>): string {
  switch (outcome.kind) {
    case 'exception':
      return describeException(outcome.code);
    case 'silent':
      return 'no answer: check its power, its unit number, speed and parity, and that A and B are not swapped';
    case 'damaged':
      return `an answer that is damaged (${outcome.bytes} bytes): check speed and parity, termination, and that no other device has this unit number`;
    case 'busy':
      return 'the line is never silent: is there another master, or is the speed wrong?';
    default:
      return 'the connection has ended';
  }
}
