import type { Condition } from '../../shared/conditions/conditions.ts';
import { countText } from '../../shared/words/amounts.ts';
import type { CloudFacts } from './facts.ts';

export const siteDegraded: Condition<Pick<CloudFacts, 'storms'>> = {
  name: 'site-degraded',
  meaning:
    'Many machines of a site have had an alert within minutes, so that a common cause is likely; single warnings of it wait until it is over.',
  openAfterMs: 0,
  closeAfterMs: 60_000,
  check: ({ storms }) =>
    storms.map(({ site, sinceMs, machines, ofSite, kinds }) => ({
      item: site,
      severity: 'critical',
      sinceMs,
      reasons: [
        `${countText(machines, 'machine')} of ${ofSite} of site ${site} have an alert since then: ${kinds.map(({ what, count }) => `${what} (${count})`).join(', ')}.`,
        'A cause that they have in common is likely: power, network, a supply or a room that they share. Look there first.',
        `Warnings of single machines are not told meanwhile; what is critical is. All of them: \`harbinger alerts list\`. To close them together: \`harbinger alerts close --site ${site} …\`.`,
      ],
    })),
  ended: ({ item }) =>
    `Few new alerts open at site ${item ?? ''}; what is still open is told now, each by itself.`,
};
