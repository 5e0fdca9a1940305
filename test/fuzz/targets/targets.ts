/** Targets of the fuzz run (test/fuzz/targets): a file for each part of the product that takes what others send. */
import { harnesses } from '../../conformance/formats/harnesses.ts';
import type { Target } from '../target.ts';
import { formatTarget } from './format.ts';
import { frameTarget } from './frames.ts';
import { cloudHttpTarget, gatewayHttpTarget } from './http.ts';
import { fieldNamesTarget } from './known/field-names.ts';
import { mappedNamesTarget } from './known/mapped-names.ts';
import { numbersTarget } from './known/numbers.ts';
import { presenceTarget } from './known/presence.ts';
import { sparkplugNamesTarget } from './known/sparkplug-names.ts';
import { timesTarget } from './known/times.ts';
import { layoutTarget } from './layouts.ts';
import { mqttTarget } from './mqtt.ts';
import { packedTarget } from './packed.ts';
import { readingsTarget } from './readings.ts';
import { sparkplugTarget } from './sparkplug.ts';
import { togetherTarget } from './together/together.ts';

const others: Record<string, () => Promise<Target>> = {
  layouts: layoutTarget,
  readings: readingsTarget,
  times: timesTarget,
  numbers: numbersTarget,
  'field-names': fieldNamesTarget,
  'mapped-names': mappedNamesTarget,
  'sparkplug-names': sparkplugNamesTarget,
  together: togetherTarget,
  presence: presenceTarget,
  gzip: packedTarget,
  sparkplug: sparkplugTarget,
  mqtt: mqttTarget,
  frame: frameTarget,
  'gateway-http': gatewayHttpTarget,
  'cloud-http': cloudHttpTarget,
};

/** Kinds by name: each payload format of the registry, and the rest. */
export const kindNames: readonly string[] = [...harnesses.map(({ kind }) => kind), ...Object.keys(others)];

/** @throws RangeError for an unknown kind */
export async function openTarget(kind: string): Promise<Target> {
  const harness = harnesses.find((one) => one.kind === kind);
  const open = harness ? () => formatTarget(harness) : others[kind];
  if (!open) throw new RangeError(`--kind ${kind} is not one of ${kindNames.join(', ')}`);
  return await open();
}
