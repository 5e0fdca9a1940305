import { notifierPart } from '../notifier.ts';
import { TeamsConfig } from './config.ts';

export const teams = notifierPart({
  kind: 'teams',
  about: 'Posts each change of an alert as a card to a channel of Microsoft Teams.',
  config: TeamsConfig,
  create: async (config, deps) => (await import('./teams.ts')).createTeams(config, deps),
});
