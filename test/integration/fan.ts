/** A fan with one sensor, of a machine type of the test's own, at a site of real processes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import type { AlertReceiver } from '../support/peers/alert-receiver.ts';
import { createSite, type Site, type SiteOptions, statusOf, until } from './site.ts';

/** The text of the type. @param head further settings of the type; @param limits those of its sensor, `vibration_x` */
export function fanType(head: string, limits: string): string {
  return `name = "hall-fan"
version = "1.0.0"
description = "A fan of a test"
${head}

[[sensors]]
name = "vibration_x"
unit = "mm/s"
min = 0
max = 60
${limits}
`;
}

/** A site in which all machines of `hall` are of this type; nothing of it runs yet. */
export async function createFanSite(type: string, { gateway, ...options }: SiteOptions = {}): Promise<Site> {
  const site = await createSite({
    ...options,
    gateway: {
      machines: [{ match: 'hall/*', type: 'hall-fan' }],
      intelligence: { intervalMsMin: 0 },
      ...gateway,
    },
  });
  const types = join(site.folder, 'types');
  await mkdir(types);
  await writeFile(join(types, 'hall-fan.toml'), type);
  await site.dropIn('types', { machineTypesDir: types });
  return site;
}

/** Configuration of a cloud that tells a receiver of every change. */
export function tells({ url }: AlertReceiver) {
  return { alerts: { webhook: [{ name: 'hook', url, backoffFirstMs: 50, backoffMaxMs: 200 }] } };
}

/** The changes that a receiver was told, in their order: `opened`, `updated`, `resolved`. */
export function toldTo(receiver: AlertReceiver): string[] {
  return [...receiver.told.values()].map(({ alertchange }) => alertchange);
}

export async function connectSensor({ gateway }: Site, options: IClientOptions): Promise<MqttClient> {
  const sensor = await connectAsync(gateway.mqttUrl, { reconnectPeriod: 0, ...options });
  sensor.on('error', () => {});
  return sensor;
}

/** Sends a reading of a machine of `hall`, and waits until it was watched; with `isDecided`, until no decision is under way. */
export async function sendWatched(
  { gateway }: Site,
  sensor: MqttClient,
  machine: string,
  reading: object,
  { isDecided = true } = {},
): Promise<void> {
  const intelligence = async () => (await statusOf(gateway)).intelligence;
  const { rows } = (await intelligence()).windows;
  await sensor.publishAsync(`telemetry/hall/${machine}`, JSON.stringify(reading), { qos: 1 });
  await until(async () => (await intelligence()).windows.rows > rows, 'the reading to be watched');
  if (isDecided) await until(async () => (await intelligence()).scorer?.inFlight === 0, 'the decision');
}
