import { type Static, Type } from '@sinclair/typebox';
import { pageLinkSetting } from '../chat-settings.ts';
import { commonSettings } from '../settings.ts';

export const PagerDutyConfig = Type.Object(
  {
    ...commonSettings,
    url: Type.String({
      default: 'https://events.pagerduty.com/v2/enqueue',
      pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
      form: 'an address such as https://HOST/PATH, without user, password and ?',
      description:
        'The address of the Events API v2, of PagerDuty or of a service that takes the same events.',
    }),
    routingKey: Type.String({
      writeOnly: true,
      minLength: 1,
      maxLength: 200,
      description: 'The integration key of a service; best from an environment variable.',
      examples: [`\${PAGERDUTY_KEY}`],
    }),
    ...pageLinkSetting,
  },
  { additionalProperties: false },
);
export type PagerDutyConfig = Static<typeof PagerDutyConfig>;
