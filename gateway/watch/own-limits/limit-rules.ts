import type { OwnLimits } from '../../../shared/contract/limits/own-limits.ts';
import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';
import { areFalling, ownLimitProblems } from '../../../shared/domain/own-limits.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { MachineSensor } from '../../ports/limits/limits.ts';

/** @throws HarbingerError LIMITS_INVALID */
export function refuseUnusable(about: MachineSensor, limits: OwnLimits, type: MachineType | null): void {
  const { sensor } = about;
  const declared = type?.sensors.find(({ name }) => name === sensor);
  const invalid = (problem: string) => new HarbingerError('LIMITS_INVALID', 'intelligence', problem);
  if (type && !declared && !type.openSensors) {
    const known = type.sensors.map(({ name }) => name).join(', ');
    throw invalid(`${about.site}/${about.machine} has no sensor ${sensor}; a ${type.name} has ${known}`);
  }
  if (type?.limitAlerts === false)
    throw invalid(
      `limits of ${about.site}/${about.machine} would raise no alert, because its type ${type.name} has limitAlerts = false; give the machine another type`,
    );
  // Nobody turns the protection above into one below by two numbers that are in the wrong places.
  if (areFalling(limits) && !(declared && areFalling(declared)))
    throw invalid(
      `warn ${limits.warn} is above alarm ${limits.alarm}: give the lower one as warn to be warned of high values, or both as warnLow and alarmLow (--warn-low, --alarm-low) to be warned of low ones`,
    );
  const any: Sensor = { name: sensor, unit: '1', min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
  const problems = ownLimitProblems(declared ?? any, limits);
  if (problems.length > 0) throw invalid(problems.join('; '));
}
