import { notifierPart } from '../notifier.ts';
import { NtfyConfig } from './config.ts';

export const ntfy = notifierPart({
  kind: 'ntfy',
  about: 'Publishes each change of an alert to a topic of an ntfy server, for phones.',
  config: NtfyConfig,
  create: async (config, deps) => (await import('./ntfy.ts')).createNtfy(config, deps),
});
