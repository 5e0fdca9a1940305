/** One line of the log for the sensors of a machine that begin to learn at the same time. */
import { onNextTurn } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Growth } from './windows/machine-slots.ts';

/** As many names at most are in a line. */
const namedMax = 8;

export function growthsInto(log: Log): (growth: Growth) => void {
  const waiting = new Map<string, { begun: string[]; kept: readonly string[] }>();
  const tell = () => {
    for (const [machine, { begun, kept }] of waiting) {
      const others = kept.filter((name) => !begun.includes(name));
      log.info(
        { machine, began: named(begun), kept: named(others) },
        `a machine has got ${begun.length === 1 ? 'a new sensor, which is' : 'new sensors, which are'} learnt for a week; what is known of its other sensors stays`,
      );
    }
    waiting.clear();
  };
  return ({ machine, begun, kept }) => {
    if (waiting.size === 0) onNextTurn(tell);
    const before = waiting.get(machine);
    // The sensors of one message come one by one.
    waiting.set(machine, { begun: [...(before?.begun ?? []), ...begun], kept: before?.kept ?? kept });
  };
}

function named(names: readonly string[]): string {
  const more = names.length - namedMax;
  return names.slice(0, namedMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
