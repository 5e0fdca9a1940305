import { systemClock } from '../../shared/runtime/clock.ts';
import type { Input } from './target.ts';

const attemptsMax = 400;
/** An input that takes long would take long each time. */
const secondsMax = 60;

/** Returns a shorter input that `fails` too: pieces, then ever shorter parts of pieces, are left out. */
export async function reduced(input: Input, fails: (input: Input) => Promise<boolean>): Promise<Input> {
  let best = input;
  let attempts = 0;
  const untilMs = systemClock.monotonicMs() + secondsMax * 1_000;
  const isOver = () => attempts >= attemptsMax || systemClock.monotonicMs() > untilMs;
  const better = async (candidate: Input) => {
    if (isOver()) return false;
    attempts++;
    if (!(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let i = best.length - 1; i >= 0 && best.length > 1; i--) await better(best.toSpliced(i, 1));
  for (let i = 0; i < best.length; i++) {
    for (let part = best[i]!.length >> 1; part >= 1 && !isOver(); part >>= 1) {
      for (let at = 0; at < best[i]!.length; ) {
        const piece = best[i]!;
        const rest = Buffer.concat([piece.subarray(0, at), piece.subarray(at + part)]);
        if (isOver()) break;
        if (!(await better(best.with(i, rest)))) at += part;
      }
    }
  }
  return best;
}
