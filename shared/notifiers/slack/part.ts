import { notifierPart } from '../notifier.ts';
import { SlackConfig } from './config.ts';

export const slack = notifierPart({
  kind: 'slack',
  about: 'Posts each change of an alert to a channel of Slack, or of a chat that takes the same webhooks.',
  config: SlackConfig,
  create: async (config, deps) => (await import('./slack.ts')).createSlack(config, deps),
});
