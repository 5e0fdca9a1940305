import { notifierPart } from '../notifier.ts';
import { PagerDutyConfig } from './config.ts';

export const pagerduty = notifierPart({
  kind: 'pagerduty',
  about: 'Opens, changes and resolves an incident of PagerDuty for each alert.',
  config: PagerDutyConfig,
  create: async (config, deps) => (await import('./pagerduty.ts')).createPagerDuty(config, deps),
});
