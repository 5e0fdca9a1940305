import { notifierPart } from '../notifier.ts';
import { AlertmanagerConfig } from './config.ts';

export const alertmanager = notifierPart({
  kind: 'alertmanager',
  about: 'Tells a Prometheus Alertmanager of each change of an alert; its routes decide who hears of it.',
  config: AlertmanagerConfig,
  create: async (config, deps) => (await import('./alertmanager.ts')).createAlertmanager(config, deps),
});
