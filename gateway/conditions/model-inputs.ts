import type { Condition, Finding } from '../../shared/conditions/conditions.ts';
import type { DriftedSensor, ModelDrift } from '../ports/watch.ts';
import type { GatewayFacts } from './facts.ts';

const namedMax = 5;
const toldMax = 32;

export const modelInputs: Condition<Pick<GatewayFacts, 'drift'>> = {
  name: 'model-inputs',
  meaning:
    'What a model gets from its machines, over days, is not like the data that it was trained on; says which sensors, and what they did.',
  openAfterMs: 60_000,
  closeAfterMs: 3_600_000,
  check({ drift }, _, open) {
    const found = drift.filter(({ sensors }) => sensors.length > 0).map(findingOf);
    const known = new Set(drift.map(itemOf));
    // After a start, and while its machines are silent, nothing is known of it.
    const unknown = open.filter(({ item }) => item !== undefined && !known.has(item));
    return [...found, ...unknown.map(({ item }) => ({ item: item!, isKnown: false }) as const)];
  },
  ended: ({ item }) => `What ${item ?? 'the model'} gets is like the data that it was trained on again.`,
};

function itemOf({ name, version, machineType }: ModelDrift): string {
  return `${name} ${version} (${machineType})`.slice(0, 200);
}

function findingOf(drift: ModelDrift): Finding {
  const { name, version, machineType, machines, sensors } = drift;
  const others = sensors.length - namedMax;
  return {
    item: itemOf(drift),
    severity: 'warning',
    reasons: [
      `What model ${name} ${version} gets from its machines (${machineType}) is not like the data that it was trained on.`,
      ...sensors.slice(0, namedMax).map((each) => sentenceOf(each, machines)),
      ...(others > 0 ? [`So it is with ${others} more of its sensors.`] : []),
      'Look for another unit, another probe, or another way to run them. If this is how they are from now on, its estimates are to be trusted less: train it anew.',
    ],
    drift: {
      ...{ model: { name, version }, machineType, machines },
      sensors: sensors.slice(0, toldMax).map(({ sensor, did, by, machines: on }) => ({
        ...{ sensor, did, machines: on },
        by: Number(by.toFixed(2)),
      })),
    },
  };
}

function sentenceOf({ sensor, did, by, mean, trainedMean, unit, machines: on }: DriftedSensor, of: number) {
  const where = `on ${on} of ${of} ${of === 1 ? 'machine' : 'machines'}`;
  if (did === 'absent') return `${sensor} has no value in ${Math.round(by * 100)} % of the rows, ${where}.`;
  if (did === 'wider')
    return `${sensor} spreads ${by.toFixed(1)} times as wide within days as in all of the training, ${where}.`;
  const figure = (value: number) => `${Number(value.toPrecision(3))}${unit === '1' ? '' : ` ${unit}`}`;
  const means = mean !== null && trainedMean !== null;
  const values = means ? ` (${figure(mean)}, in training ${figure(trainedMean)})` : '';
  return `${sensor} is ${by.toFixed(1)} standard deviations ${did} than in training${values}, ${where}.`;
}
