import { eachSound } from '../../../shared/config/sound-view.ts';
import { tlsProblems } from '../../../shared/config/tls-problems.ts';
import { sourcePart } from '../../ports/source.ts';
import { brokerListeners, brokerProblems, storedTopics } from './check.ts';
import { BrokerConfig } from './config.ts';
import { portsOf } from './listeners/ports.ts';
import { tlsOwner } from './listeners/tls-files.ts';
import { BrokerStatus, brokerStatistics } from './statistics.ts';

export const mqtt = sourcePart({
  kind: 'broker',
  about: 'The MQTT broker that sensors connect to: MQTT 3.1, 3.1.1 and 5.',
  config: BrokerConfig,
  statistics: brokerStatistics,
  status: BrokerStatus,
  check: (config, place, { routeTopics }) => brokerProblems(config, place, routeTopics),
  listeners: brokerListeners,
  checkFiles: (config, place) =>
    eachSound(portsOf(config, place), ({ tls, tlsSection, isWebSocket, isFurther }) =>
      tls && (isFurther || !isWebSocket) ? tlsProblems(tls, tlsSection, tlsOwner) : [],
    ),
  async create(config, { routeTopics, dataDir, ...deps }) {
    const { createBroker } = await import('./broker.ts');
    return createBroker({ config: storing(config, routeTopics), dataDir }, deps);
  },
});

function storing(config: BrokerConfig, routeTopics: readonly string[]): BrokerConfig {
  return { ...config, telemetryFilters: storedTopics(config.telemetryFilters, routeTopics) };
}
