/** A site of real processes for all tests of a file, with a device that sends and a receiver of its alerts. */
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll } from 'vitest';
import { AlertReceiver } from '../support/peers/alert-receiver.ts';
import { connectSensor } from './fan.ts';
import type { Site } from './site.ts';

/** All of it is there once the tests begin. */
export interface WatchedSite {
  site: Site;
  sensor: MqttClient;
  readonly receiver: AlertReceiver;
}

/** To be called where hooks can be registered. @param create makes the site, of which nothing runs yet */
export function watchedSite(
  clientId: string,
  create: (receiver: AlertReceiver) => Promise<Site>,
): WatchedSite {
  const receiver = new AlertReceiver();
  const made: Partial<WatchedSite> = { receiver };
  beforeAll(async () => {
    await receiver.start();
    made.site = await create(receiver);
    await made.site.cloud.start();
    await made.site.gateway.start();
    made.sensor = await connectSensor(made.site, { clientId });
  });
  afterAll(async () => {
    await made.sensor?.endAsync(true);
    await made.site?.dispose();
    receiver.stop();
  });
  return made as WatchedSite;
}
