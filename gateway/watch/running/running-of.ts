import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { Running, type RunningTime } from './running.ts';

/** A machine goes on as it was before a restart, and its running time is kept with when it was heard. */
export function runningOf(
  type: MachineType,
  hearing: { isResting: boolean; ran: RunningTime | null } | null,
): Running | null {
  const running = Running.of(type, hearing?.isResting, hearing?.ran);
  if (hearing && running?.mayRest) hearing.ran = running.ran;
  return running;
}
