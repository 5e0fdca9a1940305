import { sourcePart } from '../../ports/source.ts';
import { mqttClientFileProblems, mqttClientProblems } from './check.ts';
import { MqttClientConfig } from './config.ts';
import { MqttClientStatus, mqttClientStatistics } from './statistics.ts';

export const mqttClient = sourcePart({
  kind: 'mqtt-client',
  about: 'Other MQTT brokers whose messages are taken.',
  config: MqttClientConfig,
  statistics: mqttClientStatistics,
  status: MqttClientStatus,
  check: (config, place, { routeTopics }) => mqttClientProblems(config, place, routeTopics),
  checkFiles: mqttClientFileProblems,
  create: async (config, deps) => (await import('./mqtt-client.ts')).createMqttClient(config, deps),
});
