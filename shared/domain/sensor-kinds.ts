/** Kinds of sensors: a sensor that declares none measures a quantity. */
import { Type } from '@sinclair/typebox';
import { type ConfigProblem, invalid } from '../config/problem.ts';
import { eachSound, rules } from '../config/sound-view.ts';
import { isTable, type Table } from '../config/toml-files.ts';
import { textFieldSuffix } from '../contract/line-protocol.ts';
import { stateTextMax } from './states.ts';

/** The properties of a sensor that say what kind it is. */
export const sensorKindProperties = {
  kind: Type.Optional(
    Type.Union([Type.Literal('state'), Type.Literal('counter')], {
      description:
        'state: a switch or a mode, sent as a boolean, a number or a text; it is stored and shown, and never judged as a quantity. counter: a meter that only goes up, until it wraps or is reset; it is judged by its rate. A sensor without it measures a quantity. Sensors with it need no min and max.',
      examples: ['state'],
    }),
  ),
  states: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: stateTextMax }), {
      minItems: 1,
      maxItems: 64,
      description:
        'For kind = "state": the texts that it may send, in the order of their numbers from 0 on; upper and lower case are the same. Other texts are refused. Without it, every short text is stored.',
      examples: [['OFF', 'AUTO', 'MANUAL']],
    }),
  ),
};

interface OfKind {
  name: string;
  kind?: 'state' | 'counter';
  states?: string[];
  max: number;
}

/** Range of a state without a list of texts, and of a counter: what no device exceeds. */
const stateNumberMax = 65_535;
const counterMax = Number.MAX_SAFE_INTEGER;

/** Fills in the unit and the range of sensors whose kind says them. */
export function withKindDefaults(type: Table): Table {
  if (!Array.isArray(type.sensors)) return type;
  const sensors = type.sensors.map((sensor: unknown) => {
    if (!isTable(sensor) || (sensor.kind !== 'state' && sensor.kind !== 'counter')) return sensor;
    const texts = Array.isArray(sensor.states) ? sensor.states.length : 0;
    const max = sensor.kind === 'counter' ? counterMax : texts > 0 ? Math.max(1, texts - 1) : stateNumberMax;
    return { unit: '1', min: 0, max, ...sensor };
  });
  return { ...type, sensors };
}

/** Returns the problems of the kinds of a type's sensors. */
export function kindProblems(sensors: readonly OfKind[]): ConfigProblem[] {
  return eachSound(sensors, (sensor, i) => sensorProblems(sensor, `sensors[${i}]`, sensors));
}

function sensorProblems(sensor: OfKind, key: string, all: readonly OfKind[]): ConfigProblem[] {
  const { name, kind, states, max } = sensor;
  const textField = `${name}${textFieldSuffix}`;
  return rules(
    () =>
      states !== undefined && kind !== 'state'
        ? [invalid(`${key}.states`, `${key}.states is for kind = "state"`)]
        : [],
    () => {
      const texts = (states ?? []).map((text) => text.toLowerCase());
      const twice = texts.find((text, i) => texts.indexOf(text) < i);
      return twice === undefined
        ? []
        : [invalid(`${key}.states`, `${key}.states has '${twice}' twice; each text has one number`)];
    },
    () =>
      states !== undefined && states.length - 1 > max
        ? [invalid(`${key}.max`, `${key}.max (${max}) is below the number of the last of its states`)]
        : [],
    () => {
      if (kind !== 'state' || !all.some((other) => other.name === textField)) return [];
      const message = `${key}.name: the texts of '${name}' are stored as '${textField}', which is another sensor; rename one of them`;
      return [invalid(`${key}.name`, message)];
    },
  );
}
