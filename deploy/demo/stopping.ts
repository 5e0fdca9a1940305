/** Stops the processes of the demonstration and says how each ended. */
import type { Ending } from './child.ts';

export interface Stoppable {
  name: string;
  logPath: string;
  stop(): Promise<Ending>;
}

const nameWidth = 7;

/** Stops one after the other. `deadLetters` is the number of dead letters that the gateway keeps. */
export async function stopAll(
  parts: readonly Stoppable[],
  deadLetters: number,
  say: (line: string) => void,
): Promise<void> {
  say(`stopping: ${parts.map(({ name }) => name).join(', ')}`);
  let areInOrder = true;
  for (const part of parts) {
    const ending = await part.stop();
    if (ending === null) continue;
    if (ending !== 'in order') areInOrder = false;
    say(`  ${part.name.padEnd(nameWidth)} ${endingText(ending, part.logPath)}`);
  }
  const letters = deadLetters === 0 ? '' : `, ${deadLetters} of the messages as dead letters`;
  if (areInOrder) say(`everything that was acknowledged is on disk${letters}`);
  else say('not everything stopped in order: see the logs; the next start continues with what is on disk');
}

function endingText(ending: Exclude<Ending, null>, logPath: string): string {
  return ending === 'in order' ? 'stopped in order' : `${ending.otherwise}; its log: ${logPath}`;
}
