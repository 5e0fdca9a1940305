import { caFileProblems } from '../ca-file.ts';
import { notifierPart } from '../notifier.ts';
import { EmailConfig } from './config.ts';

export const email = notifierPart({
  kind: 'email',
  about: 'Sends each change of an alert as a mail.',
  config: EmailConfig,
  checkFiles: caFileProblems,
  create: async (config, deps) => (await import('./email.ts')).createEmail(config, deps),
});
