import { refuse } from '../../../shared/config/problem.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import type { DeviceAccounts } from '../../ports/devices/devices.ts';
import type { OpenRecords } from '../../ports/records.ts';
import type { MessageIntake, Source } from '../../ports/source.ts';
import { Credentials } from './access/credentials.ts';
import { brokerProblems } from './check.ts';
import type { BrokerConfig } from './config.ts';
import { Engine } from './engine.ts';
import { RefusalCounts } from './refusal-counts.ts';
import { type BrokerStats, brokerSamples } from './statistics.ts';

export interface BrokerOptions {
  config: BrokerConfig;
  /** The broker keeps retained messages and sessions in the subfolder `sessions`. */
  dataDir: string;
}

export interface BrokerDeps {
  intake: MessageIntake;
  openRecords: OpenRecords;
  /** Absent: only users of the configuration can sign in. */
  devices?: DeviceAccounts;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface Broker extends Source {
  /** The ports that it listens on, after start(). @throws HarbingerError BROKER_NOT_STARTED */
  ports(): ReturnType<Engine['ports']>;
  /** @throws HarbingerError BROKER_NOT_STARTED */
  stats(): BrokerStats;
}

function addressesOf(engine: Engine): Record<string, number> {
  const { port: mqttPort, websocketPort, further } = engine.ports();
  const others = further.map((port, i) => [`listenerPort${i}`, port]);
  return { mqttPort, ...(websocketPort !== null && { websocketPort }), ...Object.fromEntries(others) };
}

/**
 * The MQTT broker that sensors connect to. It opens nothing until start(), which may throw BROKER_PORT_BUSY,
 * BROKER_LISTEN_FAILED, BROKER_TLS_FILES, BROKER_STORE_LOCKED, BROKER_STORE_FAILED.
 * @throws HarbingerError CONFIG_INVALID, PASSWORD_HASH_INVALID
 */
export function createBroker({ config, dataDir }: BrokerOptions, deps: BrokerDeps): Broker {
  refuse(brokerProblems(config));
  const credentials = new Credentials(config.users, deps.clock, deps);
  const refusals = new RefusalCounts(deps.clock, deps.log);
  let engine: Engine | null = null;
  const running = (): Engine => {
    if (engine) return engine;
    throw new HarbingerError('BROKER_NOT_STARTED', 'broker', 'the broker has not been started');
  };
  return {
    async start() {
      if (credentials.isEmpty && config.anonymous === 'refuse') {
        deps.log.warn(
          'no sensor can connect: there are no devices (harbinger devices add), [[broker.users]] is empty, and anonymous access is refused',
        );
      }
      engine = await Engine.start(config, dataDir, { ...deps, credentials, refusals });
      deps.log.info(
        { host: config.host, ...addressesOf(engine), tls: config.tls !== undefined },
        'MQTT broker listens',
      );
    },
    async stop() {
      await engine?.stop();
    },
    ports: () => running().ports(),
    stats: () => running().stats(),
    sessions: () => running().sessions(),
    retained: () => running().retained(),
    siteBroker: () => running().siteBroker(),
    addresses: () => addressesOf(running()),
    reload(tables) {
      credentials.take((tables.broker as BrokerConfig | undefined)?.users ?? []);
      return ['broker.users'];
    },
    renewCertificates: () => running().renewCertificates(),
    samples: () => brokerSamples(running().stats()),
    status: () => running().stats(),
    summary: () => ({ connections: running().stats().connections }),
  };
}
