import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import type { AlertInput } from '../../ports/decision.ts';
import type { SavedHearing } from './hearing.ts';
import { Silence } from './silence.ts';
import type { AwaitsHearing, SilenceOptions } from './silence-options.ts';

export const quietType: MachineType = {
  ...{ name: 'fan', version: '1.0.0', description: '', lifeUnit: 'hours', stepMs: 1_000, windowRows: 30 },
  ...{ openSensors: false, sensors: [{ name: 'a', unit: '1', min: 0, max: 1 }], alerts: [] },
};

/** Silence on a manual clock, with what a decision was told. `type` has the settings that a test changes. */
export function silenceBench(
  type: Partial<MachineType> = {},
  options: Partial<SilenceOptions> = {},
  isAwaited?: AwaitsHearing,
) {
  const clock = manualClock();
  const told: AlertInput[] = [];
  const fan = { ...quietType, ...type };
  const types = new Map([['fan', fan]]);
  const bounds = { afterMsMin: 60_000, afterMsMax: 86_400_000 };
  const newSilence = (saved: readonly SavedHearing[] = []) => {
    const made = new Silence({
      ...{ types, bounds, machinesMax: 100, batchMax: 64, clock, log: silentLog },
      ...options,
    });
    made.restore(saved);
    made.start(async (inputs) => told.push(...inputs), isAwaited);
    return made;
  };
  let silence = newSilence();
  const identityOf = (machine: string) => ({ site: 's', machine, type: fan });
  return {
    clock,
    told,
    get silence() {
      return silence;
    },
    hearing: (machine = 'm') => silence.of(identityOf(machine))!,
    /** A reading that is as old as this arrives. */
    reading(ageMs = 0, machine = 'm') {
      const hearing = silence.of(identityOf(machine));
      if (hearing) silence.heard(hearing, Math.floor(clock.monotonicMs()), clock.nowMs() - ageMs);
    },
    said(isOnline: boolean, machine = 'm') {
      silence.said(silence.of(identityOf(machine))!, isOnline);
    },
    /** Readings at this interval, and the last one now. */
    async readings(count: number, everyMs: number, machine = 'm') {
      for (let i = 0; i < count; i++) {
        await clock.advance(everyMs);
        this.reading(0, machine);
      }
      await clock.advance(2_000);
    },
    async restart() {
      const saved = structuredClone([...silence.saved()]);
      await silence.stop();
      silence = newSilence(saved);
      return saved;
    },
    /** Changes of what was told, by machine: a level that is repeated does not count. */
    changes(machine = 'm'): boolean[] {
      const levels = told.filter((input) => input.machine.machine === machine);
      return levels
        .map((input) => input.silence!.isSilent)
        .filter((isSilent, i, all) => isSilent !== (all[i - 1] ?? false));
    },
  };
}
