import { caFileProblems } from '../ca-file.ts';
import { notifierPart } from '../notifier.ts';
import { mqttProblems } from './check.ts';
import { MqttNotifierConfig } from './config.ts';

export const mqtt = notifierPart({
  kind: 'mqtt',
  about: 'Publishes each change of an alert to an MQTT broker.',
  config: MqttNotifierConfig,
  check: mqttProblems,
  checkFiles: caFileProblems,
  create: async (config, deps) => (await import('./mqtt.ts')).createMqttNotifier(config, deps),
});
