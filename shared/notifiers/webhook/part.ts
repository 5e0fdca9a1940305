import { notifierPart } from '../notifier.ts';
import { WebhookConfig } from './config.ts';

export const webhook = notifierPart({
  kind: 'webhook',
  about: 'Posts each change of an alert to an HTTP address, as a CloudEvent.',
  config: WebhookConfig,
  create: async (config, deps) => (await import('./webhook.ts')).createWebhook(config, deps),
});
