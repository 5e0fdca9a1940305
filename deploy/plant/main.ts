/** The command `harbinger plant`: checks the arguments and prints a line for each event. */

import { isIdentifier } from '../../shared/contract/topics.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { type PlantEvent, runPlant } from './plant.ts';

const statusLineEvery = 10;

/** @throws HarbingerError USAGE, MQTT_REFUSED, MQTT_UNREACHABLE, PLANT_STATE */
export async function runPlantCommand(
  options: Record<string, string | number>,
  signal: AbortSignal,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<void> {
  const site = String(options.site ?? 'plant');
  if (!isIdentifier(site)) throw new HarbingerError('USAGE', 'cli', `site '${site}' is not a plain name`);
  let statuses = 0;
  const onEvent = (event: PlantEvent) => {
    if (event.kind !== 'status' || statuses++ % statusLineEvery === 0) write(lineOf(event));
  };
  await runPlant(
    {
      mqttUrl: String(options.mqttUrl ?? 'mqtt://127.0.0.1:1883'),
      username:
        options.username === undefined ? process.env.HARBINGER_MQTT_USERNAME : String(options.username),
      password: process.env.HARBINGER_MQTT_PASSWORD,
      machines: Math.max(1, Number(options.machines ?? 6)),
      rateHz: Number(options.rate ?? 2),
      site,
      seed: Number(options.seed ?? 1),
      stateFile: options.state === undefined ? undefined : String(options.state),
      onEvent,
    },
    signal,
  );
}

/** Lines about a machine begin with `plant: `, so that the demonstration can pass on only these. */
function lineOf(event: PlantEvent): string {
  if (event.kind === 'failed')
    return `plant: ${event.machine} FAILED (${event.failureMode}) after ${event.lifeCycles} cycles`;
  if (event.kind === 'replaced') return `plant: ${event.machine} was replaced`;
  const next = event.machines
    .filter((machine) => !machine.failed)
    .sort((a, b) => a.remainingCycles - b.remainingCycles)[0];
  const waiting = event.buffered > 0 ? `, ${event.buffered} waiting` : '';
  const lost = event.dropped > 0 ? `, ${event.dropped} dropped while the gateway was away` : '';
  const nearest = next ? `; next to fail: ${next.machine} in ${next.remainingCycles} cycles` : '';
  const outage = event.outage === null ? '' : `; ${event.outage} [MQTT_UNREACHABLE]`;
  return `${event.taken} readings taken, ${event.acked} messages acknowledged${waiting}${lost}${nearest}${outage}`;
}
