/** `harbinger types`: the machine types that there are, and the limits of one. */
import type { Command } from 'commander';
import { limitsOf } from '../../../shared/domain/limits.ts';
import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';
import { hasZones } from '../../../shared/domain/types-by-class.ts';
import { usualVibrationClass, vibrationClasses } from '../../../shared/domain/vibration-classes.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { unitText } from '../../../shared/words/units.ts';
import { printJson, printList } from '../output.ts';

interface TypesFlags {
  dir?: string;
  json?: boolean;
}

export function addTypes(program: Command): void {
  program
    .command('types')
    .description(
      'list machine types with what their vibration limits are for; with a name, its sensors and limits',
    )
    .argument('[name]', 'the machine type')
    .option('--dir <dir>', 'a folder with types of your own (machineTypesDir of the configuration)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  harbinger types\n  harbinger types motor-large-flexible\n')
    .action(async (name: string | undefined, { dir, json }: TypesFlags) => {
      const { builtInTypesDir, loadMachineTypes } = await import('../../../shared/domain/machine-types.ts');
      const types = loadMachineTypes([builtInTypesDir, ...(dir === undefined ? [] : [dir])]);
      if (name === undefined) {
        const all = [...types.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
        if (json) printJson({ types: all });
        else printList([['type', 'sensors', 'vibration limits', 'description'], ...all.map(typeRow)]);
        return;
      }
      const type = types.get(name);
      if (!type) {
        const known = [...types.keys()].sort().join(', ');
        throw new HarbingerError('USAGE', 'cli', `no machine type '${name}'; there are ${known}`);
      }
      if (json) return printJson(type);
      process.stdout.write(`${type.name}: ${type.description}\n${classLine(type)}`);
      printList([['sensor', 'unit', 'limits', 'what it measures'], ...type.sensors.map(sensorRow)]);
      if (type.openSensors)
        process.stdout.write('Sensors that a machine does not have raise nothing; further ones are taken.\n');
    });
}

function typeRow(type: MachineType): string[] {
  const sensors = `${type.sensors.length}${type.openSensors ? ' and others' : ''}`;
  return [type.name, sensors, classOf(type) ?? '–', type.description];
}

/** Null if its vibration limits are not those of a class. */
function classOf(type: MachineType): string | null {
  if (!hasZones(type)) return null;
  return type.vibrationClass ?? `${usualVibrationClass} (none is named)`;
}

function classLine(type: MachineType): string {
  if (!hasZones(type)) return '';
  const { meaning } = vibrationClasses[type.vibrationClass ?? usualVibrationClass];
  if (type.description.includes(meaning)) return ''; // a type that exists once for each class says it itself
  const unnamed =
    type.vibrationClass === undefined
      ? `\nNo group and foundation is named, so these are the lowest; ${type.name}-large-flexible and others name them.`
      : '';
  return `Vibration limits of ISO 20816-3 for ${meaning}.${unnamed}\n`;
}

function sensorRow(sensor: Sensor): string[] {
  const limits = limitsOf(sensor).map(
    ({ side, severity, at }) => `${severity} ${side === 'high' ? 'from' : 'down to'} ${at}`,
  );
  return [sensor.name, unitText(sensor.unit), limits.join(', ') || '–', sensor.description ?? ''];
}
