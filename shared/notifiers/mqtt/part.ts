import { caFileProblems } from '../ca-file.ts';
import { notifierPart } from '../notifier.ts';
import { MqttNotifierConfig } from './config.ts';

export const mqtt = notifierPart({
  kind: 'mqtt',
  about: 'Publishes each change of an alert to an MQTT broker.',
  config: MqttNotifierConfig,
  checkFiles: caFileProblems,
  create: async (config) => (await import('./mqtt.ts')).createMqttNotifier(config),
});
