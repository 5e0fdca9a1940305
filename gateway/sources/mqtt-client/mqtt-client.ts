/**
 * Other MQTT brokers as a source (gateway/sources/mqtt-client): the Mosquitto of a plant, say, whose messages are taken like
 * those of the own broker, and acknowledged there when they are on this disk. The protocol is in shared/broker-sessions. From
 * outside only part.ts is imported.
 */
import { refuse } from '../../../shared/config/problem.ts';
import type { Source, SourceDeps } from '../../ports/source.ts';
import { mqttClientProblems } from './check.ts';
import type { MqttClientConfig } from './config.ts';
import { KeptSessions } from './kept.ts';
import { RemoteBrokerReader } from './remote-broker.ts';
import { mqttClientSamples, type RemoteStats } from './statistics.ts';

const stopMsMax = 5_000;

export interface MqttClientSource extends Source {
  stats(): RemoteStats[];
}

/** The brokers of the configuration. One that cannot be reached never makes start() fail. @throws ConfigError CONFIG_INVALID */
export function createMqttClient(
  config: MqttClientConfig,
  deps: Pick<SourceDeps, 'intake' | 'dataDir' | 'clock' | 'random' | 'log'>,
): MqttClientSource {
  refuse(mqttClientProblems(config));
  const file = new KeptSessions(deps.dataDir, deps);
  let readers: RemoteBrokerReader[] = [];
  let running: Promise<unknown> = Promise.resolve();
  const stats = () => readers.map((reader) => reader.stats());
  return {
    async start() {
      if (config.brokers.length === 0) return;
      const kept = file.load();
      const changed = () => file.changed();
      readers = config.brokers.map((broker, i) => {
        const known = kept.find(({ name }) => name === broker.name);
        return new RemoteBrokerReader(broker, `mqtt-client.brokers[${i}]`, known, { ...deps, changed });
      });
      file.begin(() => readers.map((reader) => reader.kept()));
      // A client id that is forgotten leaves a session behind, with the messages in it.
      file.changed();
      await file.save();
      running = Promise.all(readers.map(({ session }) => session.run()));
    },
    async stop() {
      const limit = new AbortController();
      const late = deps.clock.setTimer(stopMsMax, () => limit.abort());
      await Promise.all(readers.map(({ session }) => session.stop(limit.signal)));
      await running;
      late.cancel();
      await file.save();
    },
    peers: () => readers.map((reader) => reader.peer()),
    stats,
    samples: () => mqttClientSamples(stats()),
    status: stats,
  };
}
