import { type Static, Type } from '@sinclair/typebox';
import { pageLinkSetting, secretUrl } from '../chat-settings.ts';
import { commonSettings } from '../settings.ts';

export const TeamsConfig = Type.Object(
  {
    ...commonSettings,
    url: Type.String({
      ...secretUrl,
      description:
        'The address that Microsoft Teams shows for the workflow “Post to a channel when a webhook request is received”. Who knows it can post: best from an environment variable.',
      examples: ['https://example.webhook.office.com/workflows/0000?sig=XXXXXXXXXXXX'],
    }),
    ...pageLinkSetting,
  },
  { additionalProperties: false },
);
export type TeamsConfig = Static<typeof TeamsConfig>;
